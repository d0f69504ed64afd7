/** Packets of flows that have not opened yet, and perhaps never do: kept until it is known whose they are. */
import type { Half, PacketTrace, PayloadPiece } from '../../core/index.ts';
import { revise } from './revision.ts';

/** Scans begin flows by the thousand that never open. */
const MAX_FLOWS = 4_096;
/** A flow opens after a handshake, or a wait of half as many. */
const MAX_PACKETS = 128;
/** Twice what the collector follows at once: packets of older ones do not come any more. */
const MAX_OPENED = 262_144;

export class UnopenedFlows {
  readonly #flows = new Map<number, PacketTrace[]>();
  /** Numbers of flows that opened, oldest first: nothing of them is kept here. */
  readonly #opened = new Set<number>();

  /** A packet of a flow that is not recorded: kept unless the flow opened already. */
  add(flowNumber: number, trace: PacketTrace): void {
    if (this.#opened.has(flowNumber)) return;
    const packets = this.#flows.get(flowNumber);
    if (packets !== undefined) {
      if (packets.length < MAX_PACKETS) packets.push(trace);
      return;
    }
    if (this.#flows.size >= MAX_FLOWS) dropFirst(this.#flows);
    this.#flows.set(flowNumber, [trace]);
  }

  /** @returns what was kept of the flow, which is open now */
  take(flowNumber: number): readonly PacketTrace[] {
    const packets = this.#flows.get(flowNumber) ?? [];
    this.#flows.delete(flowNumber);
    if (this.#opened.size >= MAX_OPENED) dropFirst(this.#opened);
    this.#opened.add(flowNumber);
    return packets;
  }

  revise(flowNumber: number, half: Half, piece: PayloadPiece): void {
    const packets = this.#flows.get(flowNumber);
    if (packets !== undefined) revise(packets, half, piece);
  }

  all(): readonly PacketTrace[] {
    return [...this.#flows.values()].flat();
  }
}

function dropFirst(kept: Map<number, unknown> | Set<number>): void {
  for (const first of kept.keys()) {
    kept.delete(first);
    return;
  }
}
