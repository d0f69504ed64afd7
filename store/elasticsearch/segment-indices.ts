/** Indices of the segments of an area: made with the first write, known by name, dropped as a whole. */
import { type ByteCount, BytecopyError, type Segment } from '../../core/index.ts';
import type { ElasticsearchClient } from './elasticsearch-client.ts';
import { indexError } from './index-error.ts';
import { IndexNames } from './index-name.ts';
import { INDEX_FORMAT, indexTemplate } from './mapping.ts';
import type { CheckedElasticsearchOptions } from './options.ts';

interface Mapped {
  readonly mappings: { readonly _meta?: { readonly format?: string } };
}

export class SegmentIndices {
  readonly #client: ElasticsearchClient;
  readonly #options: CheckedElasticsearchOptions;
  readonly #names: IndexNames;
  #template: Promise<void> | undefined;
  readonly #ready = new Map<Segment, Promise<void>>();

  constructor(client: ElasticsearchClient, options: CheckedElasticsearchOptions) {
    this.#client = client;
    this.#options = options;
    this.#names = new IndexNames(options.prefix, options.area);
  }

  nameOf(segment: Segment): string {
    return this.#names.ofSegment(segment);
  }

  /** Matches every index of the area. */
  get pattern(): string {
    return this.#names.pattern;
  }

  /** Writes the template: an index that is made by whoever writes first has our mapping. */
  init(): Promise<void> {
    this.#template ??= this.#writeTemplate().catch((error) => {
      this.#template = undefined;
      throw error;
    });
    return this.#template;
  }

  /** @throws BytecopyError `INDEX_REFUSED` where an index of that name is not ours */
  ready(segment: Segment): Promise<void> {
    let ready = this.#ready.get(segment);
    if (ready === undefined) {
      ready = this.#make(segment).catch((error) => {
        this.#ready.delete(segment);
        throw error;
      });
      this.#ready.set(segment, ready);
    }
    return ready;
  }

  /** The next write looks again: something happened behind our back. */
  forget(segment: Segment): void {
    this.#ready.delete(segment);
    this.#template = undefined;
  }

  async exists(segment: Segment): Promise<boolean> {
    return (await this.#mapping(segment)) !== undefined;
  }

  async list(): Promise<readonly Segment[]> {
    const found = await this.#client.call<Readonly<Record<string, unknown>>>({
      method: 'GET',
      path: `/${this.pattern}/_alias`,
      query: { expand_wildcards: 'open' },
    });
    return Object.keys(found ?? {})
      .map((index) => this.#names.toSegment(index))
      .filter((segment) => segment !== undefined)
      .sort();
  }

  async size(segment: Segment): Promise<ByteCount> {
    const stats = await this.#client.call<{
      readonly _all: { readonly total?: { readonly store?: { size_in_bytes: number } } };
    }>({
      method: 'GET',
      path: `/${this.nameOf(segment)}/_stats/store`,
    });
    return stats?._all.total?.store?.size_in_bytes ?? 0;
  }

  async drop(segment: Segment): Promise<void> {
    this.#ready.delete(segment);
    await this.#client.call({ method: 'DELETE', path: `/${this.nameOf(segment)}` });
  }

  async #writeTemplate(): Promise<void> {
    const path = `/_index_template/${this.#names.template}`;
    await this.#client.call({ method: 'PUT', path, body: indexTemplate(this.#names, this.#options) });
  }

  async #make(segment: Segment): Promise<void> {
    await this.init();
    let mapped = await this.#mapping(segment);
    if (mapped === undefined) {
      await this.#create(segment);
      mapped = await this.#mapping(segment);
    }
    const format = mapped?.mappings._meta?.format;
    if (format === INDEX_FORMAT) return;
    const found = format === undefined ? 'is not of bytecopy' : `has the format ${format}`;
    throw indexError(
      'INDEX_REFUSED',
      `the index ${this.nameOf(segment)} ${found}; ${INDEX_FORMAT} is expected`,
      undefined,
      'set another prefix, or remove that index and run bytecopy store repair',
    );
  }

  async #create(segment: Segment): Promise<void> {
    try {
      await this.#client.call({ method: 'PUT', path: `/${this.nameOf(segment)}` });
    } catch (error) {
      // Another writer was quicker; whose it is is looked at next.
      if (!(error instanceof BytecopyError && error.message.includes('resource_already_exists_exception'))) throw error;
    }
  }

  async #mapping(segment: Segment): Promise<Mapped | undefined> {
    const found = await this.#client.call<Readonly<Record<string, Mapped>>>({
      method: 'GET',
      path: `/${this.nameOf(segment)}/_mapping`,
    });
    return found && Object.values(found)[0];
  }
}
