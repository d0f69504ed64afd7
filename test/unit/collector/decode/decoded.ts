/** Decoding as tests want it: the outcome of one packet, or the count of each outcome of many. */
import { type DecodeOutcome, PacketDecoder } from '../../../../collector/decode/packet-decoder.ts';
import type { Segment } from '../../../../collector/decode/segment.ts';
import { Ledger, LINK_TYPE, type Packet } from '../../../../core/index.ts';
import { packetOf } from '../../../support/packets/index.ts';

export interface Decoded {
  readonly outcome: DecodeOutcome;
  /** As Latin-1, of a segment. */
  readonly payload: string;
  readonly segment: Segment;
  readonly ledger: Ledger;
}

export function newDecoder(checksums: 'ignore' | 'verify' = 'ignore') {
  const ledger = new Ledger();
  return {
    decoder: new PacketDecoder({ checksums }, { ledger }),
    ledger,
    account: ledger.account('packets', 'decoded'),
  };
}

/** @param packet bytes are those of an Ethernet packet */
export function decode(packet: Packet | Uint8Array, { decoder, ledger } = newDecoder()): Decoded {
  const outcome = decoder.decode(
    packet instanceof Uint8Array ? packetOf(packet, { linkType: LINK_TYPE.ethernet }) : packet,
  );
  const { segment } = decoder;
  const payload = Buffer.from(segment.data.subarray(segment.start, segment.end)).toString('latin1');
  return { outcome, payload, segment, ledger };
}

/** Counts packets as the assembler does: every one in exactly one place. */
export function decodeAll(packets: readonly (Packet | Uint8Array)[], given = newDecoder()) {
  const { account } = given;
  const outcomes = packets.map((packet) => {
    account.in++;
    const { outcome, segment } = decode(packet, given);
    if (outcome === 'segment') account.out += segment.packetCount;
    else if (outcome !== 'held') account.setAside('ignored', outcome, segment.packetCount);
    return outcome;
  });
  return { ...given, outcomes };
}

/** The same bytes with some of them other. */
export function patched(bytes: Uint8Array, ...changes: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [at, value] of changes) copy[at] = value;
  return copy;
}
