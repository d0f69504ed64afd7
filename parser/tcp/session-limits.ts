/** How long a piece of a session grows: far enough to hold a whole talk, short enough to be bounded and seen live. */
import type { ByteCount, Micros } from '../../core/index.ts';

/** Most bytes of a piece, both sides together, missing ones not counted. */
export const MAX_PIECE_BYTES: ByteCount = 1024 * 1024;
/** From here on a piece ends where the client speaks next. */
export const FULL_PIECE_BYTES: ByteCount = MAX_PIECE_BYTES / 2;
/** Most turns of a piece; from half of them on it ends where the client speaks next. */
export const MAX_PIECE_TURNS = 8192;
/** Nobody says anything for so long: what was said is a piece. */
export const IDLE_MICROS: Micros = 10_000_000;
/** From this age on a piece ends where the client speaks next. */
export const OLD_PIECE_MICROS: Micros = 60_000_000;
/** At this age it ends wherever it stands. */
export const MAX_PIECE_MICROS: Micros = 75_000_000;
