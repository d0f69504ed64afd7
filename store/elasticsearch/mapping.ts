/** Template of the indices of an area: every field is named, nothing is guessed, what is not asked for is not indexed. */
import type { IndexNames } from './index-name.ts';
import type { CheckedElasticsearchOptions } from './options.ts';
import { TEXT_FIELDS } from './stored-document.ts';
import { CUT_CHARS } from './term.ts';

/** Of the documents; told in the mapping's `_meta`, refused where it differs. */
export const INDEX_FORMAT = 'bytecopy-index-1';

const KEYWORD = { type: 'keyword', ignore_above: CUT_CHARS };

const MAPPINGS = {
  _meta: { format: INDEX_FORMAT },
  dynamic: false,
  properties: {
    // Searches sort by it: its column is enough, and an index of it serves the bounds.
    place: { type: 'keyword' },
    at: { type: 'long' },
    latency: { type: 'long' },
    status: { type: 'long', fields: { text: KEYWORD } },
    ...Object.fromEntries(Object.keys(TEXT_FIELDS).map((field) => [field, KEYWORD])),
    labels: KEYWORD,
    label_names: KEYWORD,
    cut: KEYWORD,
  },
};

/** Body of `PUT /_index_template/…`. */
export function indexTemplate(names: IndexNames, options: CheckedElasticsearchOptions): object {
  return {
    index_patterns: [names.pattern],
    priority: 500,
    template: {
      settings: {
        number_of_shards: options.shards,
        number_of_replicas: options.replicas,
        // Said outright, so that an index that nobody searches is refreshed too.
        refresh_interval: `${options.refreshMs}ms`,
        // An acknowledged bulk is on disk.
        'translog.durability': 'request',
      },
      mappings: MAPPINGS,
      aliases: { [names.alias]: {} },
    },
  };
}
