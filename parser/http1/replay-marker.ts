/** Header field that every replayed or mirrored request carries; captures leave such requests and their answers out. */
export const REPLAY_MARKER_HEADER = 'x-bytecopy-replay';
