/** Tables of a store in HBase: one a segment, one for properties. Each keeps its number of shards as an attribute. */
import { parseSegment, type Segment } from '../../core/index.ts';
import { FAMILY } from './cell-set.ts';
import { type HbaseClient, MissingTableError } from './hbase-client.ts';
import type { CheckedHbaseOptions } from './options.ts';

const SHARDS_ATTRIBUTE = 'BYTECOPY_SHARDS';

export interface HbaseTable {
  readonly name: string;
  readonly shards: number;
  /** Bytes this process has put. */
  writtenBytes: number;
}

export class HbaseTables {
  readonly #client: HbaseClient;
  readonly #shards: number;
  readonly #prefix: string;
  readonly #known = new Map<string, Promise<HbaseTable | undefined>>();

  constructor(client: HbaseClient, { tables, area, shards }: CheckedHbaseOptions) {
    this.#client = client;
    this.#shards = shards;
    this.#prefix = area === '' ? `${tables}.` : `${tables}.${area}.`;
  }

  /** Table of the properties. */
  get properties(): string {
    return `${this.#prefix}properties`;
  }

  nameOf(segment: Segment): string {
    return this.#prefix + segment;
  }

  async list(): Promise<readonly Segment[]> {
    const bytes = await this.#client.ask({ method: 'GET', table: '', resource: '' });
    const { table = [] } = JSON.parse(bytes?.toString() || '{}') as { readonly table?: readonly { name: string }[] };
    return table
      .filter(({ name }) => name.startsWith(this.#prefix))
      .map(({ name }) => name.slice(this.#prefix.length))
      .filter((rest) => parseSegment(rest) !== undefined)
      .sort();
  }

  /** @returns undefined where there is none */
  async find(name: string): Promise<HbaseTable | undefined> {
    let found = this.#known.get(name);
    if (found === undefined) {
      found = this.#read(name);
      this.#remember(name, found);
    }
    const table = await found;
    if (table === undefined && this.#known.get(name) === found) this.#known.delete(name);
    return table;
  }

  /** The table, made where it is missing. */
  async obtain(name: string): Promise<HbaseTable> {
    for (;;) {
      const found = await this.find(name);
      if (found !== undefined) return found;
      let made = this.#known.get(name);
      if (made === undefined) {
        made = this.#make(name);
        this.#remember(name, made);
      }
      const table = await made;
      if (table !== undefined) return table;
    }
  }

  forget(name: string): void {
    this.#known.delete(name);
  }

  async drop(name: string): Promise<void> {
    this.#known.delete(name);
    try {
      await this.#client.ask({ method: 'DELETE', table: name, resource: 'schema' });
    } catch (error) {
      if (!(error instanceof MissingTableError)) throw error;
    }
  }

  async #make(name: string): Promise<HbaseTable | undefined> {
    // Who makes it at the same time makes the same; what is there must not be put again: HBase would close it for that.
    if ((await this.#read(name)) === undefined) {
      const family = `<ColumnSchema name="${FAMILY}" VERSIONS="1" BLOOMFILTER="ROW" NEW_VERSION_BEHAVIOR="true"/>`;
      const xml = `<TableSchema name="${name}" ${SHARDS_ATTRIBUTE}="${this.#shards}">${family}</TableSchema>`;
      const body = { type: 'text/xml', bytes: Buffer.from(xml) } as const;
      await this.#client.ask({ method: 'PUT', table: name, resource: 'schema', body });
    }
    return this.#read(name);
  }

  async #read(name: string): Promise<HbaseTable | undefined> {
    try {
      const bytes = await this.#client.ask({ method: 'GET', table: name, resource: 'schema' });
      if (bytes === undefined) return undefined;
      const schema = JSON.parse(bytes.toString()) as Readonly<Record<string, unknown>>;
      return { name, shards: Number(schema[SHARDS_ATTRIBUTE] ?? this.#shards), writtenBytes: 0 };
    } catch (error) {
      if (error instanceof MissingTableError) return undefined;
      throw error;
    }
  }

  #remember(name: string, table: Promise<HbaseTable | undefined>): void {
    this.#known.set(name, table);
    table.catch(() => {
      if (this.#known.get(name) === table) this.#known.delete(name);
    });
  }
}
