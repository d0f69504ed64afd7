/** Writes down what a packet witness is told, and adds it up against the ledger and the chunks. */
import type {
  Flow,
  Half,
  LedgerReport,
  PacketTrace,
  PacketWitness,
  PayloadPiece,
  StreamChunk,
} from '../../../../core/index.ts';

interface OpenedFlow {
  readonly number: number;
  readonly clientHalf: Half;
  readonly bases: readonly [number, number];
}

export class WitnessRecord implements PacketWitness {
  readonly packets: PacketTrace[] = [];
  readonly revisions: { readonly flowNumber: number; readonly half: Half; readonly piece: PayloadPiece }[] = [];
  readonly flows = new Map<Flow, OpenedFlow>();

  packet(trace: PacketTrace): void {
    this.packets.push(trace);
  }

  flowOpened(number: number, flow: Flow, clientHalf: Half, bases: readonly [number, number]): void {
    if (this.flows.has(flow)) throw new Error('a flow was opened twice');
    this.flows.set(flow, { number, clientHalf, bases });
  }

  revised(flowNumber: number, half: Half, piece: PayloadPiece): void {
    this.revisions.push({ flowNumber, half, piece });
  }

  /** A line a packet: `1: GET / stream`, with its remarks in brackets; without payload only the fate. */
  get lines(): readonly string[] {
    return this.packets.map(({ fate, segment }) => {
      const pieces = (segment?.pieces ?? []).map((piece) => ` ${piece.byteCount} ${piece.fate}`).join(',');
      const remarks = segment?.remarks.length ? ` (${segment.remarks.join(', ')})` : '';
      return `${fate}${pieces}${remarks}`;
    });
  }

  /** Bytes by where they went in the end; those of copies from another interface are in no account of bytes. */
  get bytesByFate(): Readonly<Record<string, number>> {
    const bytes = new Map<string, number>([['stream', 0]]);
    const add = (fate: string, byteCount: number) => bytes.set(fate, (bytes.get(fate) ?? 0) + byteCount);
    for (const { segment } of this.packets) {
      for (const { fate, byteCount } of segment?.pieces ?? []) {
        if (fate !== 'seen-on-another-interface' && fate !== 'other-port') add(fate, byteCount);
      }
    }
    for (const { piece } of this.revisions) {
      add('stream', -piece.byteCount);
      add(piece.fate, piece.byteCount);
    }
    return Object.fromEntries(bytes);
  }
}

/** Every packet once, every payload byte once, the sums those of the ledger, the stream bytes those of the chunks. */
export function checkWitness(
  record: WitnessRecord,
  packetCount: number,
  report: LedgerReport,
  chunks: readonly StreamChunk[],
): void {
  const fail = (what: string): never => {
    throw new Error(`${what}: ${JSON.stringify({ report, record })}`);
  };
  if (record.packets.some(({ number }, index) => number !== index + 1)) fail('packets are not numbered in order');
  if (record.packets.length !== packetCount) fail(`${record.packets.length} traces of ${packetCount} packets`);
  const account = report.accounts['segment bytes'];
  const expected = { stream: account?.out.reassembled ?? 0, ...account?.aside.discarded };
  const sorted = (bytes: Readonly<Record<string, number>>) => JSON.stringify(Object.entries(bytes).sort());
  if (sorted(record.bytesByFate) !== sorted(expected)) fail(`bytes by fate are ${sorted(record.bytesByFate)}`);
  const told = new Coverage();
  for (const { segment } of record.packets) {
    let at: number | undefined;
    for (const { position, byteCount, fate } of segment?.pieces ?? []) {
      if (byteCount <= 0 || (at !== undefined && position !== at)) fail('pieces of a packet are not in order');
      at = position + byteCount;
      if (fate === 'stream') told.add(segment?.flowNumber ?? 0, segment?.half ?? 0, position, byteCount, 1);
    }
  }
  for (const { flowNumber, half, piece } of record.revisions)
    told.add(flowNumber, half, piece.position, piece.byteCount, -1);
  for (const chunk of chunks) {
    if (chunk.kind !== 'data') continue;
    const opened = record.flows.get(chunk.flow) ?? fail('a flow was not told');
    const half = (chunk.direction === 0 ? opened.clientHalf : 1 - opened.clientHalf) as Half;
    told.add(opened.number, half, chunk.offset + opened.bases[half], chunk.bytes.length, -1);
  }
  if (!told.isEmpty) fail('stream bytes are not those of the chunks');
}

/** How often each byte of each half was told. */
class Coverage {
  readonly #bytes = new Map<string, number>();

  add(flowNumber: number, half: Half, position: number, byteCount: number, times: number): void {
    for (let at = position; at < position + byteCount; at++) {
      const key = `${flowNumber} ${half} ${at}`;
      this.#bytes.set(key, (this.#bytes.get(key) ?? 0) + times);
    }
  }

  get isEmpty(): boolean {
    return [...this.#bytes.values()].every((times) => times === 0);
  }
}
