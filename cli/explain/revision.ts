/** Bytes that came as part of the stream and were set aside after all: the packet that brought them is told anew. */
import type { Half, PacketTrace, PayloadPiece } from '../../core/index.ts';

/** A packet that is revised came shortly before. */
const MAX_LOOKED_AT = 1_000;

/** Changes those of `packets` that brought any of the piece as `stream`: of each byte there is one. */
export function revise(packets: PacketTrace[], half: Half, piece: PayloadPiece): void {
  const last = Math.max(0, packets.length - MAX_LOOKED_AT);
  for (let i = packets.length - 1; i >= last; i--) {
    const trace = packets[i] as PacketTrace;
    const { segment } = trace;
    if (segment === undefined || segment.half !== half) continue;
    const pieces = segment.pieces.flatMap((known) => cutOut(known, piece));
    if (pieces.every((one, n) => one === segment.pieces[n])) continue;
    packets[i] = { ...trace, segment: { ...segment, pieces } };
  }
}

/** @returns the parts of a stream piece beside the cut and the cut with its own fate; the piece itself where they share nothing */
function cutOut(known: PayloadPiece, cut: PayloadPiece): readonly PayloadPiece[] {
  const from = Math.max(known.position, cut.position);
  const to = Math.min(known.position + known.byteCount, cut.position + cut.byteCount);
  if (known.fate !== 'stream' || to <= from) return [known];
  const part = (position: number, end: number, fate: string): PayloadPiece[] =>
    end > position ? [{ position, byteCount: end - position, fate }] : [];
  return [
    ...part(known.position, from, known.fate),
    ...part(from, to, cut.fate),
    ...part(to, known.position + known.byteCount, known.fate),
  ];
}
