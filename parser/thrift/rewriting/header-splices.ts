/**
 * Keys of THeader, TTHeader and MeshHeader set and removed: counts, padding and the size of the header are mended, the
 * rest of it stays as it is.
 */
import type { HeaderBlock, HeaderEntry, HeaderSection } from '../view/header-section.ts';
import { u16Octets, varintOctets } from './octets.ts';
import type { Splice } from './splice.ts';

/** Text keys by their text, integer keys of TTHeader by their number. */
export type HeaderKey = string | number;

export interface HeaderEdits {
  readonly setHeaders?: readonly (readonly [key: HeaderKey, value: string])[];
  readonly removeHeaders?: readonly HeaderKey[];
}

const INFO = { text: 0x01, integer: 0x10 } as const;
const MAX_SHORT = 0xffff;

/** @returns the splices, or why it cannot be done */
export function headerSplices(header: HeaderSection, edits: HeaderEdits): readonly Splice[] | string {
  const plan = new HeaderPlan(header);
  for (const key of edits.removeHeaders ?? []) plan.remove(key);
  for (const [key, value] of edits.setHeaders ?? []) plan.set(key, value);
  return plan.splices();
}

class HeaderPlan {
  readonly #header: HeaderSection;
  readonly #splices: Splice[] = [];
  readonly #removed = new Set<HeaderEntry>();
  /** Entries put at the end of a block, or of the header where there is no such block. */
  readonly #added = new Map<'text' | 'integer', Uint8Array[]>();
  #problem = '';

  constructor(header: HeaderSection) {
    this.#header = header;
  }

  remove(key: HeaderKey): void {
    for (const entry of this.#entries(key)) this.#drop(entry);
  }

  /** The first entry of the key keeps its place and gets the value; repeats of it are removed. */
  set(key: HeaderKey, value: string): void {
    const [first, ...repeats] = this.#entries(key);
    for (const entry of repeats) this.#drop(entry);
    if (first === undefined) this.#add(key, value);
    else if (first.value !== value) {
      this.#splices.push({ start: first.valueAt, end: first.end, octets: this.#text(value) });
    }
  }

  splices(): readonly Splice[] | string {
    for (const block of this.#header.blocks) this.#mendBlock(block);
    for (const [place, entries] of this.#added) this.#newBlock(place, entries);
    this.#mendSize();
    return this.#problem === '' ? this.#splices : this.#problem;
  }

  #entries(key: HeaderKey): HeaderEntry[] {
    const isNumber = typeof key === 'number';
    return this.#header.blocks
      .flatMap((block) => block.entries)
      .filter(
        (entry) => entry.place !== 'token' && (isNumber ? entry.number === key : isText(entry) && entry.name === key),
      )
      .filter((entry) => !this.#removed.has(entry));
  }

  #drop(entry: HeaderEntry): void {
    this.#removed.add(entry);
    this.#splices.push({ start: entry.start, end: entry.end, octets: Buffer.alloc(0) });
  }

  #add(key: HeaderKey, value: string): void {
    const isNumber = typeof key === 'number';
    if (isNumber && (this.#header.kind !== 'ttheader' || key < 0 || key > MAX_SHORT)) {
      this.#problem = 'no-such-integer-key';
      return;
    }
    const place = isNumber ? 'integer' : 'text';
    const entries = this.#added.get(place) ?? [];
    entries.push(Buffer.concat([isNumber ? u16Octets(key) : this.#text(key), this.#text(value)]));
    this.#added.set(place, entries);
  }

  #mendBlock(block: HeaderBlock): void {
    const { place } = block;
    if (place === 'token') return;
    const added = place === 'persistent' ? [] : (this.#added.get(place) ?? []);
    if (place !== 'persistent') this.#added.delete(place);
    const left = block.entries.filter((entry) => !this.#removed.has(entry)).length;
    if (added.length > 0) this.#splices.push({ start: block.end, end: block.end, octets: Buffer.concat(added) });
    const count = left + added.length;
    if (count !== block.entries.length) {
      this.#splices.push({ start: block.countAt, end: block.countEnd, octets: this.#number(count) });
    }
  }

  #newBlock(place: 'text' | 'integer', entries: readonly Uint8Array[]): void {
    const id = this.#header.kind === 'mesh' ? [] : [Buffer.from([INFO[place]])];
    const at = this.#header.contentEnd;
    this.#splices.push({
      start: at,
      end: at,
      octets: Buffer.concat([...id, this.#number(entries.length), ...entries]),
    });
  }

  #mendSize(): void {
    const { start, end, contentEnd, kind } = this.#header;
    const growth = this.#splices.reduce((sum, { start, end, octets }) => sum + octets.length - (end - start), 0);
    if (growth === 0) return;
    const isMesh = kind === 'mesh';
    const contentBytes = contentEnd - start + growth;
    const padding = isMesh ? Buffer.alloc(0) : Buffer.alloc((4 - (contentBytes % 4)) % 4);
    const size = isMesh ? contentBytes + (end - contentEnd) : (contentBytes + padding.length) / 4;
    if (size > MAX_SHORT) {
      this.#problem = 'header-too-long';
      return;
    }
    if (!isMesh) this.#splices.push({ start: contentEnd, end, octets: padding });
    this.#splices.push({ start: start - 2, end: start, octets: u16Octets(size) });
  }

  #text(text: string): Uint8Array {
    const octets = Buffer.from(text);
    return Buffer.concat([this.#number(octets.length), octets]);
  }

  /** A count or length in the form of this header. */
  #number(value: number): Uint8Array {
    if (this.#header.kind === 'theader') return varintOctets(value);
    if (value > MAX_SHORT) this.#problem = 'header-too-long';
    return u16Octets(Math.min(value, MAX_SHORT));
  }
}

function isText(entry: HeaderEntry): boolean {
  return entry.place === 'text' || entry.place === 'persistent';
}
