/**
 * Pages of documents in the order of their places.
 *
 *     first page     a search of the index: one request, enough for most
 *     the others     a point in time, `search_after` the last place: what is added meanwhile moves nothing
 */
import type { Millis } from '../../core/index.ts';
import type { ElasticsearchClient } from './elasticsearch-client.ts';
import { indexError } from './index-error.ts';
import type { Clause } from './query-filter.ts';

const KEEP_ALIVE = '5m';
/** Patience of who searches; the data is read after it. */
const SEARCH_RETRY_MS: Millis = 3_000;

export interface SortedSearch {
  readonly index: string;
  readonly clause: Clause;
  readonly descending: boolean;
  readonly pageDocuments: number;
  /** Whole documents; otherwise their places alone. */
  readonly withSource: boolean;
}

export interface PlacedDocument {
  readonly place: string;
  readonly source: Readonly<Record<string, unknown>>;
}

interface SearchAnswer {
  readonly pit_id?: string;
  readonly hits: {
    readonly hits: readonly {
      readonly sort: readonly [unknown, ...unknown[]];
      readonly _source?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** @returns pages that are never empty; undefined where there is no such index */
export async function searchSorted(
  client: ElasticsearchClient,
  search: SortedSearch,
): Promise<AsyncGenerator<readonly PlacedDocument[]> | undefined> {
  const first = await client.call<SearchAnswer>({
    method: 'POST',
    path: `/${search.index}/_search`,
    query: { allow_partial_search_results: false },
    body: requestBody(search),
    // Hits can be done without, as the data is there; what repair compares cannot.
    ...(search.withSource ? {} : { retryMs: SEARCH_RETRY_MS }),
  });
  return first && pagesFrom(client, search, documentsOf(first));
}

async function* pagesFrom(
  client: ElasticsearchClient,
  search: SortedSearch,
  first: readonly PlacedDocument[],
): AsyncGenerator<readonly PlacedDocument[]> {
  if (first.length > 0) yield first;
  if (first.length < search.pageDocuments) return;
  let pit = await openPit(client, search.index);
  try {
    for (let last = first.at(-1); last !== undefined && pit !== undefined; ) {
      const answer = await nextPage(client, search, pit, last.place);
      pit = answer.pit_id ?? pit;
      const page = documentsOf(answer);
      if (page.length > 0) yield page;
      last = page.length < search.pageDocuments ? undefined : page.at(-1);
    }
  } finally {
    if (pit !== undefined) await client.call({ method: 'DELETE', path: '/_pit', body: { id: pit } }).catch(forgotten);
  }
}

/** The cluster closes it by itself when its time is over. */
function forgotten(): void {}

/** Undefined where the index was dropped meanwhile. */
async function openPit(client: ElasticsearchClient, index: string): Promise<string | undefined> {
  const query = { keep_alive: KEEP_ALIVE };
  return (await client.call<{ readonly id: string }>({ method: 'POST', path: `/${index}/_pit`, query }))?.id;
}

async function nextPage(
  client: ElasticsearchClient,
  search: SortedSearch,
  pit: string,
  after: string,
): Promise<SearchAnswer> {
  const answer = await client.call<SearchAnswer>({
    method: 'POST',
    path: '/_search',
    query: { allow_partial_search_results: false },
    body: { ...requestBody(search), pit: { id: pit, keep_alive: KEEP_ALIVE }, search_after: [after] },
  });
  if (answer !== undefined) return answer;
  const text = `the search of ${search.index} was left for longer than ${KEEP_ALIVE}, or its node was started again`;
  throw indexError('INDEX_UNREACHABLE', text, undefined, 'ask again');
}

function requestBody({ clause, descending, pageDocuments, withSource }: SortedSearch): object {
  return {
    query: { bool: { filter: [clause] } },
    sort: [{ place: descending ? 'desc' : 'asc' }],
    size: pageDocuments,
    track_total_hits: false,
    ...(withSource ? {} : { _source: false, stored_fields: '_none_' }),
  };
}

function documentsOf(answer: SearchAnswer): readonly PlacedDocument[] {
  return answer.hits.hits.map(({ sort, _source }) => ({ place: String(sort[0]), source: _source ?? {} }));
}
