/**
 * What is stored of one exchange: the fields of the mapping, absent where there is nothing.
 *
 *     _id, place   key of the block in hexadecimal digits, position in two more: sorts as (block, position) does
 *     labels       `name=value`, `=` and `\` of the name escaped; label_names the names
 *     cut          fields whose value is a head and a hash (term.ts)
 */
import { createHash } from 'node:crypto';
import type { IndexDocument, IndexEntry, IndexHit } from '../../core/index.ts';
import { operationTemplate } from '../index-terms/operation-template.ts';
import { isWhole, toTerm } from './term.ts';

export interface StoredDocument {
  readonly place: string;
  readonly at: number;
  latency?: number;
  status?: number;
  labels?: readonly string[];
  label_names?: readonly string[];
  cut?: readonly string[];
  [text: string]: string | number | readonly string[] | undefined;
}

/** Fields of text, and how a document's value is read. */
export const TEXT_FIELDS = {
  source: (document) => document.source,
  service: (document) => document.service,
  operation: (document) => operationTemplate(document.operation),
  verb: (document) => document.verb.toUpperCase(),
  outcome: (document) => document.outcome,
  protocol: (document) => document.protocol,
  reason: (document) => document.reason,
  trace: (document) => document.traceId,
  session: (document) => document.session,
  tenant: (document) => document.tenant,
  environment: (document) => document.environment,
  region: (document) => document.region,
  instance: (document) => document.instance,
} as const satisfies Record<string, (document: IndexDocument) => string>;

export type TextField = keyof typeof TEXT_FIELDS;

const TEXTS = Object.entries(TEXT_FIELDS) as [TextField, (document: IndexDocument) => string][];

export function toHex(block: Uint8Array): string {
  return Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('hex');
}

export function toPlace(blockHex: string, position: number): string {
  return blockHex + (position < 16 ? '0' : '') + position.toString(16);
}

export function labelToken(name: string, value: string): string {
  return `${labelHead(name)}${value}`;
}

export function labelHead(name: string): string {
  return `${name.replaceAll(/[\\=]/g, '\\$&')}=`;
}

export function toStoredDocument(document: IndexDocument, place: string): StoredDocument {
  const stored: StoredDocument = { place, at: document.at };
  const cut: string[] = [];
  if (document.latencyMicros !== undefined) stored.latency = document.latencyMicros;
  if (document.status !== 0) stored.status = document.status;
  for (const [field, read] of TEXTS) {
    const value = read(document);
    if (value === '') continue;
    if (value.length < 64 && isWhole(value)) stored[field] = value;
    else {
      stored[field] = toTerm(value);
      if (!isWhole(value)) cut.push(field);
    }
  }
  const labels = Object.entries(document.labels).filter(([, value]) => value !== '');
  if (labels.length > 0) {
    const tokens = labels.map(([name, value]) => labelToken(name, value));
    stored.labels = tokens.map(toTerm).sort();
    stored.label_names = labels.map(([name]) => toTerm(name)).sort();
    if (!tokens.every(isWhole)) cut.push('labels');
  }
  if (cut.length > 0) stored.cut = cut;
  return stored;
}

/** Sum over the documents of a block, in the order of their places; of all their fields, known or not. */
export class StoredDigest {
  readonly #hash = createHash('sha1');
  #documents = 0;

  add(document: Readonly<Record<string, unknown>>): void {
    this.#documents++;
    this.#hash.update(JSON.stringify(Object.entries(document).sort(([one], [other]) => (one < other ? -1 : 1))));
  }

  get text(): string {
    return `${this.#documents}:${this.#hash.digest('base64url')}`;
  }
}

export function digestEntry({ block, documents }: IndexEntry): string {
  const hex = toHex(block);
  const digest = new StoredDigest();
  documents.forEach((document, position) => {
    digest.add({ ...toStoredDocument(document, toPlace(hex, position)) });
  });
  return digest.text;
}

/** Undefined for what is no place. */
export function blockOfPlace(place: string): string | undefined {
  return /^(?:[0-9a-f]{2})+$/.test(place) && place.length > 2 ? place.slice(0, -2) : undefined;
}

/** Places in order → hits; the last block is kept back until the next place or {@link end} says that it is whole. */
export class HitFolder {
  #block = '';
  #low = 0;
  #high = 0;
  #hits: IndexHit[] = [];

  add(place: string): void {
    const block = blockOfPlace(place);
    const position = Number.parseInt(place.slice(-2), 16);
    if (block === undefined || position > 63) return;
    if (block !== this.#block) {
      this.end();
      this.#block = block;
    }
    if (position < 32) this.#low = (this.#low | (1 << position)) >>> 0;
    else this.#high = (this.#high | (1 << (position - 32))) >>> 0;
  }

  end(): void {
    if (this.#block === '') return;
    this.#hits.push({ block: Buffer.from(this.#block, 'hex'), low: this.#low, high: this.#high });
    this.#block = '';
    this.#low = 0;
    this.#high = 0;
  }

  /** Whole hits since the last call. */
  take(): readonly IndexHit[] {
    const hits = this.#hits;
    this.#hits = [];
    return hits;
  }
}
