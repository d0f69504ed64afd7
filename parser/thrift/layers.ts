/** The layers a message is wrapped in, as numbers while parsing and by name in `Exchange.attributes`; and how long things may be. */
import type { ByteCount } from '../../core/index.ts';

export const TRANSPORT = {
  unframed: 0,
  framed: 1,
  theader: 2,
  ttheader: 3,
  ttheaderFramed: 4,
  mesh: 5,
  meshFramed: 6,
} as const;

/** By the numbers of {@link TRANSPORT}. */
export const TRANSPORT_NAMES: readonly string[] = [
  'unframed',
  'framed',
  'theader',
  'ttheader',
  'ttheader-framed',
  'mesh',
  'mesh-framed',
];

export const ENCODING = { unknown: 0, binary: 1, binaryOld: 2, compact: 3 } as const;

/** By the numbers of {@link ENCODING}. */
export const ENCODING_NAMES: readonly string[] = ['unknown', 'binary', 'binary-old', 'compact'];

/** Longest message taken, frame and header included: Thrift's own `TConfiguration.DEFAULT_MAX_MESSAGE_SIZE`. */
export const MAX_MESSAGE_BYTES: ByteCount = 100 * 1024 * 1024;

/** Servers refuse longer frames unless they are told otherwise: `TConfiguration.DEFAULT_MAX_FRAME_SIZE`. */
export const DEFAULT_MAX_FRAME_BYTES: ByteCount = 16_384_000;

/** Values nested deeper are not walked: `TConfiguration.DEFAULT_RECURSION_DEPTH`. */
export const MAX_DEPTH = 64;
