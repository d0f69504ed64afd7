/** Looks on while a pipeline runs, from the packets to the exchanges; ordinary runs have none and pay nothing. */
import type { ByteWitness, Exchange, Packet, PacketWitness, StreamChunk } from '../../core/index.ts';

export interface PipelineWitness extends PacketWitness, ByteWitness {
  /** Dropped before reassembly, because the stages behind had no room. */
  shed(packets: readonly Packet[]): void;
  /** Chunks on their way to the parser; what it makes of them is told after this. */
  chunks(chunks: readonly StreamChunk[]): void;
  exchange(exchange: Exchange): void;
  /** The source ended and everything of it was told. */
  sourceEnded(): void;
}
