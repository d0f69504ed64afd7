/** Port `IndexLayer` on Elasticsearch: an index a segment, a document an exchange. */
import {
  type ByteCount,
  BytecopyError,
  type Durability,
  type IndexEntry,
  type IndexedBlock,
  type IndexHit,
  type IndexLayer,
  type IndexLayerManifest,
  type IndexSearch,
  MAX_INDEX_POSITIONS,
  type Micros,
  type Segment,
  type TimeCount,
} from '../../core/index.ts';
import { groupBySegment } from '../level/segment-folders.ts';
import { BulkWriter } from './bulk-writer.ts';
import { ElasticsearchClient } from './elasticsearch-client.ts';
import { checkElasticsearchOptions, type ElasticsearchOptions } from './options.ts';
import { type Clause, type Filter, toFilter } from './query-filter.ts';
import { SegmentIndices } from './segment-indices.ts';
import { type PlacedDocument, searchSorted } from './sorted-search.ts';
import {
  blockOfPlace,
  digestEntry,
  HitFolder,
  StoredDigest,
  toHex,
  toPlace,
  toStoredDocument,
} from './stored-document.ts';

/** Places are some 60 bytes; a first page of hits is many times what a first page of exchanges needs. */
const SEARCH_PAGE = 2000;
/** Whole documents, some 300 bytes. */
const CONTENTS_PAGE = 5000;
const HISTOGRAM_PAGE = 5000;
/** A refresh that is slow on a busy node, beyond the interval between two. */
const REFRESH_TAKES_MS = 2000;

export class ElasticsearchIndexLayer implements IndexLayer {
  readonly manifest: IndexLayerManifest;
  readonly #client: ElasticsearchClient;
  readonly #indices: SegmentIndices;
  readonly #bulks: BulkWriter;

  /** @throws BytecopyError `STORE_OPTIONS_INVALID` */
  constructor(options: ElasticsearchOptions) {
    const checked = checkElasticsearchOptions(options);
    this.manifest = {
      name: 'elasticsearch',
      readYourWrites: false,
      visibleAfterMs: checked.refreshMs + REFRESH_TAKES_MS,
      exactCounts: true,
    };
    this.#client = new ElasticsearchClient(checked);
    this.#indices = new SegmentIndices(this.#client, checked);
    this.#bulks = new BulkWriter(this.#client, checked);
  }

  /** Writes the index template; the first put does it too. */
  init(): Promise<void> {
    return this.#indices.init();
  }

  /** Acknowledged is synced, whatever was asked: the cluster syncs each bulk. */
  async put(entries: readonly IndexEntry[], _durability: Durability): Promise<void> {
    for (const [segment, group] of groupBySegment(entries)) {
      await this.#write(segment, () => putLines(group));
    }
  }

  async search(search: IndexSearch): Promise<AsyncIterable<readonly IndexHit[]> | undefined> {
    const filter = toFilter(search.where);
    if (filter === undefined) return undefined;
    const pages = await searchSorted(this.#client, {
      index: this.#indices.nameOf(search.segment),
      clause: withBounds(filter, search),
      descending: search.order === 'descending',
      pageDocuments: SEARCH_PAGE,
      withSource: false,
    });
    return pages && hitPages(pages);
  }

  /** Undefined also where the query is answered by more than matches. */
  async count(search: IndexSearch): Promise<number | undefined> {
    const answer = await this.#aggregate<{ readonly hits: { readonly total: { readonly value: number } } }>(search, {
      track_total_hits: true,
    });
    return answer?.hits.total.value;
  }

  /** As {@link count}. */
  async histogram(search: IndexSearch, intervalMicros: Micros): Promise<readonly TimeCount[] | undefined> {
    const counts: TimeCount[] = [];
    const sources = [{ from: { histogram: { field: 'at', interval: intervalMicros } } }];
    for (let after: object | undefined; ; ) {
      const composite = { size: HISTOGRAM_PAGE, sources, ...(after && { after }) };
      const answer = await this.#aggregate<HistogramAnswer>(search, { aggs: { time: { composite } } });
      if (answer === undefined) return undefined;
      const { buckets, after_key } = answer.aggregations.time;
      for (const { key, doc_count } of buckets) counts.push({ from: key.from, exchanges: doc_count });
      if (buckets.length < HISTOGRAM_PAGE || after_key === undefined) return counts;
      after = after_key;
    }
  }

  async *contents(segment: Segment): AsyncGenerator<readonly IndexedBlock[]> {
    const pages = await searchSorted(this.#client, {
      index: this.#indices.nameOf(segment),
      clause: { match_all: {} },
      descending: false,
      pageDocuments: CONTENTS_PAGE,
      withSource: true,
    });
    if (pages !== undefined) yield* contentPages(pages);
  }

  digest(entry: IndexEntry): string {
    return digestEntry(entry);
  }

  async remove(segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
    if (blocks.length === 0 || !(await this.#indices.exists(segment))) return;
    await this.#bulks.write(this.#indices.nameOf(segment), deleteLines(blocks));
  }

  /** What was put is seen by searches from then on. */
  async sync(): Promise<void> {
    await this.#client.call({ method: 'POST', path: `/${this.#indices.pattern}/_refresh` });
  }

  segments(): Promise<readonly Segment[]> {
    return this.#indices.list();
  }

  size(segment: Segment): Promise<ByteCount> {
    return this.#indices.size(segment);
  }

  drop(segment: Segment): Promise<void> {
    return this.#indices.drop(segment);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Once more where the index was removed behind our back. */
  async #write(segment: Segment, lines: () => Iterable<string>): Promise<void> {
    await this.#indices.ready(segment);
    const index = this.#indices.nameOf(segment);
    try {
      await this.#bulks.write(index, lines());
    } catch (error) {
      this.#indices.forget(segment);
      if (!(error instanceof BytecopyError && error.message.includes('index_not_found_exception'))) throw error;
      await this.#indices.ready(segment);
      await this.#bulks.write(index, lines());
    }
  }

  async #aggregate<T>(search: IndexSearch, more: object): Promise<T | undefined> {
    const filter = toFilter(search.where);
    if (filter?.exact !== true) return undefined;
    return await this.#client.call<T>({
      method: 'POST',
      path: `/${this.#indices.nameOf(search.segment)}/_search`,
      query: { allow_partial_search_results: false },
      body: { query: { bool: { filter: [withBounds(filter, search)] } }, size: 0, ...more },
    });
  }
}

interface HistogramAnswer {
  readonly aggregations: {
    readonly time: {
      readonly after_key?: object;
      readonly buckets: readonly { readonly key: { readonly from: number }; readonly doc_count: number }[];
    };
  };
}

function withBounds({ clause }: Filter, { from, to }: IndexSearch): Clause {
  if (from === undefined && to === undefined) return clause;
  const place = { ...(from && { gte: toHex(from) }), ...(to && { lt: toHex(to) }) };
  return { bool: { filter: [clause, { range: { place } }] } };
}

function* putLines(entries: readonly IndexEntry[]): Generator<string> {
  for (const { block, documents } of entries) {
    const hex = toHex(block);
    for (let position = 0; position < documents.length; position++) {
      const place = toPlace(hex, position);
      const document = documents[position];
      if (document !== undefined) {
        yield `{"index":{"_id":"${place}"}}\n${JSON.stringify(toStoredDocument(document, place))}\n`;
      }
    }
  }
}

/** Every position that a block may have had: what it holds is not asked first. */
function* deleteLines(blocks: readonly Uint8Array[]): Generator<string> {
  for (const block of blocks) {
    const hex = toHex(block);
    for (let position = 0; position < MAX_INDEX_POSITIONS; position++) {
      yield `{"delete":{"_id":"${toPlace(hex, position)}"}}\n`;
    }
  }
}

async function* hitPages(pages: AsyncIterable<readonly PlacedDocument[]>): AsyncGenerator<readonly IndexHit[]> {
  const folder = new HitFolder();
  for await (const page of pages) {
    for (const { place } of page) folder.add(place);
    const hits = folder.take();
    if (hits.length > 0) yield hits;
  }
  folder.end();
  const rest = folder.take();
  if (rest.length > 0) yield rest;
}

async function* contentPages(pages: AsyncIterable<readonly PlacedDocument[]>): AsyncGenerator<readonly IndexedBlock[]> {
  let block = '';
  let digest = new StoredDigest();
  const told = (): IndexedBlock => ({ block: Buffer.from(block, 'hex'), digest: digest.text });
  for await (const page of pages) {
    const whole: IndexedBlock[] = [];
    for (const { place, source } of page) {
      const blockOfThis = blockOfPlace(place) ?? '';
      if (blockOfThis !== block) {
        if (block !== '') whole.push(told());
        block = blockOfThis;
        digest = new StoredDigest();
      }
      digest.add(source);
    }
    if (whole.length > 0) yield whole;
  }
  if (block !== '') yield [told()];
}
