/** Runs packets through the assembler and shows what came out as text, one line a chunk. */

import { type AssemblerOptions, StreamAssembler } from '../../../../collector/index.ts';
import { Ledger, type LedgerReport, type Packet, type StreamChunk } from '../../../../core/index.ts';
import type { Conversation, Trace } from '../../../support/packets/index.ts';
import { checkWitness, WitnessRecord } from './witnessed.ts';

export interface Assembled {
  readonly chunks: readonly StreamChunk[];
  /** `open`, `> bytes`, `< bytes`, `> gap 12 acknowledged`, `> close fin`; `>` is client to server. */
  readonly lines: readonly string[];
  /** Bytes of each direction, over all flows, gaps left out. */
  readonly client: string;
  readonly server: string;
  readonly ledger: LedgerReport;
  readonly witness: WitnessRecord;
  fact(name: string): number;
}

/** Runs twice, with and without a witness, which must not make a difference and must tell the truth. */
export function assemble(
  given: readonly Packet[] | Trace | Conversation,
  options: Partial<AssemblerOptions> = {},
): Assembled {
  const packets = 'packets' in given ? given.packets : given;
  const witness = new WitnessRecord();
  const { chunks, ledger } = run(packets, options, witness);
  const unwatched = run(packets, options, undefined);
  checkContract(chunks);
  const report = ledger.report();
  for (const [name, { held, balanced }] of Object.entries(report.accounts)) {
    if (held !== 0 || !balanced) throw new Error(`${name} does not end: ${JSON.stringify(report)}`);
  }
  checkWitness(witness, packets.length, report, chunks);
  const lines = chunks.map(lineOf);
  const seen = JSON.stringify([lines, report]);
  const unseen = JSON.stringify([unwatched.chunks.map(lineOf), unwatched.ledger.report()]);
  if (seen !== unseen) throw new Error(`the witness makes a difference: ${seen} ${unseen}`);
  return {
    chunks,
    lines,
    client: bytesOf(chunks, 0),
    server: bytesOf(chunks, 1),
    ledger: report,
    witness,
    fact: (name) => ledger.fact(name),
  };
}

function run(packets: readonly Packet[], options: Partial<AssemblerOptions>, witness: WitnessRecord | undefined) {
  const ledger = new Ledger();
  const assembler = new StreamAssembler({ serverPorts: new Set([80]), ...options }, { ledger, witness });
  const chunks: StreamChunk[] = [];
  let at = 0;
  for (const packet of packets) {
    chunks.push(...assembler.push(packet));
    at = Math.max(at, packet.at);
    const { accounts, balanced } = ledger.report();
    if (!balanced) throw new Error(`the ledger does not add up: ${JSON.stringify(accounts)}`);
  }
  chunks.push(...assembler.end(at));
  return { chunks, ledger };
}

export function lineOf(chunk: StreamChunk): string {
  if (chunk.kind === 'open') return 'open';
  const arrow = chunk.direction === 0 ? '>' : '<';
  switch (chunk.kind) {
    case 'data':
      return `${arrow} ${Buffer.from(chunk.bytes).toString('latin1')}`;
    case 'gap':
      return `${arrow} gap ${chunk.byteCount} ${chunk.reason}`;
    case 'close':
      return `${arrow} close ${chunk.reason}`;
    default:
      return chunk satisfies never;
  }
}

function bytesOf(chunks: readonly StreamChunk[], direction: 0 | 1): string {
  return chunks
    .filter((chunk) => chunk.kind === 'data' && chunk.direction === direction)
    .map((chunk) => (chunk.kind === 'data' ? Buffer.from(chunk.bytes).toString('latin1') : ''))
    .join('');
}

/** What `core/stream-chunk.ts` promises of every flow, whatever came in. */
export function checkContract(chunks: readonly StreamChunk[]): void {
  const open = new Map<unknown, { next: [number, number]; closed: [boolean, boolean] }>();
  for (const chunk of chunks) {
    const state = open.get(chunk.flow);
    if (chunk.kind === 'open') {
      if (state !== undefined) throw new Error('a flow opened twice');
      open.set(chunk.flow, { next: [0, 0], closed: [false, false] });
      continue;
    }
    if (state === undefined) throw new Error(`${chunk.kind} before open`);
    if (state.closed[chunk.direction]) throw new Error(`${chunk.kind} after close`);
    if (chunk.kind === 'close') {
      state.closed[chunk.direction] = true;
      continue;
    }
    if (chunk.offset !== state.next[chunk.direction]) throw new Error(`offset ${chunk.offset} is not the next one`);
    const byteCount = chunk.kind === 'data' ? chunk.bytes.length : chunk.byteCount;
    if (byteCount <= 0) throw new Error(`an empty ${chunk.kind}`);
    state.next[chunk.direction] += byteCount;
  }
  for (const { closed } of open.values()) if (!closed.every(Boolean)) throw new Error('a direction never closed');
}
