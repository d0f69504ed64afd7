/**
 * `.gor` → requests with their responses → stream chunks.
 *
 *   bytes ─▶ records ─▶ held for a window, by ID in the order of time ─▶ pairs ─▶ chunks of a flow each
 *
 * Records are written as exchanges complete, so a window of time and of bytes is held before pairs are made. Pairing is
 * by ID and order in time, never by ID alone: version 1.2 gives a whole connection one ID.
 */
import { type Account, type ByteCount, BytecopyError, type Endpoint, type StreamChunk } from '../../core/index.ts';
import { GrowingBytes } from '../recorded/growing-bytes.ts';
import { pairChunks } from '../recorded/recorded-pair.ts';
import { type GorRecord, parseGorRecord, requestTimes, responseTimes, SEPARATOR_LINE } from './gor-record.ts';

/** Longest record taken. */
const MAX_RECORD_BYTES: ByteCount = 256 * 1024 * 1024;
/** Held before pairing: what comes later than this after its request is a lone response. */
const WINDOW_NANOS = 60_000_000_000n;
const MAX_HELD_RECORDS = 50_000;
const MAX_HELD_BYTES: ByteCount = 64 * 1024 * 1024;
/** Records between two looks at what can leave, at least. */
const PAIR_EVERY = 1_024;
const MAX_NAMES = 100_000;

export class GorReader {
  /** Set when the input is no `.gor`; nothing is read from then on, and what came before it was handed over. */
  failure: BytecopyError | undefined;
  readonly #name: string;
  readonly #account: Account;
  readonly #rest = new GrowingBytes();
  #searched: ByteCount = 0;
  #held: GorRecord[] = [];
  #heldBytes: ByteCount = 0;
  #newest = 0n;
  #sinceLook = 0;
  /** Names given, and how often: records of one ID and time are told apart. */
  readonly #names = new Map<string, number>();

  /**
   * @param name of the file, for errors
   * @param account `records`: in = read + ignored(reason) + held
   */
  constructor(name: string, account: Account) {
    this.#name = name;
    this.#account = account;
  }

  /** @param bytes any cut of the file; kept, so not to be written again */
  push(bytes: Uint8Array): readonly StreamChunk[] {
    if (this.failure !== undefined) return [];
    this.#rest.append(bytes);
    const chunks: StreamChunk[] = [];
    const read = this.#rest.bytes;
    let start = 0;
    for (;;) {
      const line = read.indexOf(SEPARATOR_LINE, Math.max(start, this.#searched));
      if (line < 0) break;
      this.#searched = line + 1;
      if (line > start && read[line - 1] !== 0x0a) continue;
      this.#take(read.subarray(start, Math.max(start, line - 1)));
      start = line + SEPARATOR_LINE.length;
      this.#searched = start;
      if (this.#isTimeToLook()) for (const chunk of this.#pairUp(false)) chunks.push(chunk);
    }
    this.#rest.cut(start);
    this.#searched = Math.max(0, this.#rest.bytes.length - SEPARATOR_LINE.length);
    if (this.#rest.bytes.length <= MAX_RECORD_BYTES) return chunks;
    this.#fail(`a record of more than ${MAX_RECORD_BYTES} bytes`);
    return [...chunks, ...this.#pairUp(true)];
  }

  end(): readonly StreamChunk[] {
    if (this.failure !== undefined) return [];
    const rest = this.#rest.bytes;
    // The last record of a file that was cut off has no end: GoReplay discards it too.
    if (rest.length > 0) this.#ignore('unfinished');
    if (this.#account.in > 0 && this.#account.out === 0 && this.#held.length === 0) {
      const converted = rest.includes('🐵🙈🙉\r\n');
      this.#fail(converted ? 'its line ends were converted to CRLF' : 'no record could be read');
    }
    return this.#pairUp(true);
  }

  #take(bytes: Buffer): void {
    const record = parseGorRecord(bytes);
    this.#sinceLook++;
    if (record === undefined) return this.#ignore('no-record');
    // What a replay got is no part of the recording.
    if (record.type === '3') return this.#ignore('replayed-response');
    this.#account.in++;
    this.#account.held++;
    this.#held.push(record);
    this.#heldBytes += record.payload.length;
    if (record.time > this.#newest) this.#newest = record.time;
  }

  /** A look costs what is held: so many records come between two of them that each is seen a few times at most. */
  #isTimeToLook(): boolean {
    return this.#sinceLook >= Math.max(PAIR_EVERY, this.#held.length >> 1) || this.#heldBytes > MAX_HELD_BYTES;
  }

  #ignore(reason: string): void {
    this.#account.in++;
    this.#account.setAside('ignored', reason);
  }

  /** Pairs what is older than the window; everything at the end, or where too much is held. */
  #pairUp(all: boolean): readonly StreamChunk[] {
    this.#sinceLook = 0;
    const full = this.#held.length > MAX_HELD_RECORDS || this.#heldBytes > MAX_HELD_BYTES;
    // Requests before their responses, also where both say the same time.
    const records = this.#held.sort((one, other) => compare(one.time, other.time) || compare(one.type, other.type));
    const horizon = this.#newest - WINDOW_NANOS;
    // Where too much is held its older half leaves, whatever the times say.
    const leaving = full ? records.length >> 1 : 0;
    const waiting = new Map<string, GorRecord[]>();
    const answers = new Map<GorRecord, GorRecord>();
    const lone = new Set<GorRecord>();
    for (const record of records) {
      if (record.type === '1') push(waiting, record);
      else {
        const request = waiting.get(record.id)?.shift();
        if (request === undefined) lone.add(record);
        else answers.set(request, record);
      }
    }
    const taken = new Set<GorRecord>();
    const chunks: StreamChunk[] = [];
    for (const [place, record] of records.entries()) {
      const answer = answers.get(record);
      if (record.type === '2' && !lone.has(record)) continue;
      if (!all && place >= leaving && record.time >= horizon) continue;
      chunks.push(...this.#toChunks(record, answer));
      taken.add(record);
      if (answer !== undefined) taken.add(answer);
    }
    const kept = records.filter((record) => !taken.has(record));
    this.#held = kept;
    this.#heldBytes = kept.reduce((sum, record) => sum + record.payload.length, 0);
    this.#account.held -= taken.size;
    this.#account.out += taken.size;
    return chunks;
  }

  #toChunks(record: GorRecord, answer: GorRecord | undefined): readonly StreamChunk[] {
    const request = record.type === '1' ? record : undefined;
    const response = record.type === '1' ? answer : record;
    return pairChunks({
      name: this.#nameOf(record),
      ...endpointsOf(record.id),
      request: request && { bytes: request.payload, ...requestTimes(request) },
      response: response && { bytes: response.payload, ...responseTimes(response, request) },
    });
  }

  #nameOf({ id, time }: GorRecord): string {
    const name = `${id} ${time}`;
    const times = this.#names.get(name) ?? 0;
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    this.#names.set(name, times + 1);
    return times === 0 ? name : `${name} ${times}`;
  }

  #fail(why: string): void {
    this.failure = new BytecopyError('GOR_CORRUPT', `${this.#name} is no .gor file of GoReplay: ${why}`, {
      hint: 'copy it in binary form; versions 0.16 to 2.0 are read, gzipped too',
    });
    this.#rest.cut(this.#rest.bytes.length);
  }
}

function push(waiting: Map<string, GorRecord[]>, record: GorRecord): void {
  const known = waiting.get(record.id);
  if (known === undefined) waiting.set(record.id, [record]);
  else known.push(record);
}

function compare(one: bigint | string, other: bigint | string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** From 1.3 on an ID begins with both ports and the client's address, IPv6 by its last four bytes. */
function endpointsOf(id: string): { readonly client: Endpoint; readonly server: Endpoint } {
  const match = /^([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})[0-9a-f]{8}$/.exec(id);
  if (match === null) return { client: { address: '0.0.0.0', port: 0 }, server: { address: '0.0.0.0', port: 0 } };
  const [clientPort = 0, serverPort = 0, ...address] = match.slice(1).map((digits) => Number.parseInt(digits, 16));
  return {
    client: { address: address.join('.'), port: clientPort },
    server: { address: '0.0.0.0', port: serverPort },
  };
}
