/** Bounds of the reassembly. Every one has a policy and a counter; the README of the folder lists them. */
import { type ByteCount, BytecopyError, type Millis } from '../../core/index.ts';
import { OVERLAP_POLICIES, type OverlapPolicy } from './overlap-policy.ts';

export interface AssemblerOptions {
  /** Ports on which servers listen: they decide who is the client where the handshake was not seen. */
  readonly serverPorts: ReadonlySet<number>;
  /** Where it is not empty, flows of which neither end has such a port are set aside (`ignored`, `other-port`): a filter in the kernel cannot tell those in tunnels. */
  readonly onlyPorts: ReadonlySet<number>;
  /** Which copy of a byte is kept where two segments that wait bring it: name the system that the servers run on. */
  readonly overlapPolicy: OverlapPolicy;
  /** Flows remembered at once; at about 1.1 kB each this is 144 MB. Policy: the flow that was quiet longest is closed, `evicted`. */
  readonly maxFlows: number;
  /** Bytes held of one flow above its holes, {@link HELD_SEGMENT_COST} a segment included: a full TCP window of a fast long line. Policy: its holes become gaps, `evicted`. */
  readonly maxHeldBytesPerFlow: ByteCount;
  /** The same of all flows together: what an agent may cost its host. Policy: the flow that holds longest gives up its holes. */
  readonly maxHeldBytes: ByteCount;
  /** Bytes held above a hole while no packet of the peer was ever seen, so that no ACK can decide. Four times Zeek's 16 KiB, for larger segments. */
  readonly maxOneSidedHeldBytes: ByteCount;
  /** Capture time for which the same holds; longer than a retransmission takes, short enough for a live view. */
  readonly gapWaitMs: Millis;
  /** Capture time for which a capture may be out of order: how long a missing packet is waited for after the peer acknowledged it, or a handshake after its first data. Queues of a network card differ by less. */
  readonly reorderWaitMs: Millis;
  /** Packets of the flow for which the same holds, whichever comes first. */
  readonly reorderPackets: number;
  /** Capture time without a packet after which a flow is closed, `timeout`. As long as the most patient load balancers keep idle connections (servers give up sooner, nginx after 75 s). */
  readonly idleTimeoutMs: Millis;
  /** Capture time for which a closed flow is remembered after its last packet, so that retransmissions, which double their pauses, do not open it again. */
  readonly lingerMs: Millis;
  /** Whether packets with a wrong checksum are set aside (`bad-checksum:ip`, `bad-checksum:tcp`); those that the sender left to its network card are taken, fact `checksums-partial`. */
  readonly checksums: 'ignore' | 'verify';
}

export const DEFAULT_ASSEMBLER_OPTIONS: AssemblerOptions = {
  serverPorts: new Set(),
  onlyPorts: new Set(),
  overlapPolicy: 'first',
  maxFlows: 131_072,
  maxHeldBytesPerFlow: 4 * 1024 * 1024,
  maxHeldBytes: 64 * 1024 * 1024,
  maxOneSidedHeldBytes: 64 * 1024,
  gapWaitMs: 2_000,
  reorderWaitMs: 20,
  reorderPackets: 16,
  idleTimeoutMs: 600_000,
  lingerMs: 30_000,
  checksums: 'ignore',
};

/** What a held segment costs beyond its bytes, so that many small ones cannot go around the bounds. */
export const HELD_SEGMENT_COST: ByteCount = 256;

/** @throws BytecopyError `ASSEMBLER_OPTION_INVALID` (exit code 2) for a bound that is not a positive integer, or no policy */
export function toAssemblerOptions(given: Partial<AssemblerOptions>): AssemblerOptions {
  const options = { ...DEFAULT_ASSEMBLER_OPTIONS, ...given };
  const { overlapPolicy } = options;
  if (!OVERLAP_POLICIES.includes(overlapPolicy)) {
    throw refusal(`overlapPolicy is ${overlapPolicy}; it must be one of ${OVERLAP_POLICIES.join(', ')}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw refusal(`${name} is ${value}; it must be a positive integer`);
  }
  return options;
}

function refusal(message: string): BytecopyError {
  return new BytecopyError('ASSEMBLER_OPTION_INVALID', message, { exitCode: 2 });
}
