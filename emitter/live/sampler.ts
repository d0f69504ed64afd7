/**
 * Takes a share of the traces, the same ones wherever the decision is made: a hash of the trace id, or of the flow id
 * where there is none, compared with the share. Whole traces are taken or left, so that what is mirrored hangs together.
 */
export class Sampler {
  readonly #threshold: number;

  /** @param percent 0 takes nothing, 100 everything */
  constructor(percent: number) {
    this.#threshold = (percent / 100) * 0x1_0000_0000;
  }

  takes(traceId: string | undefined, flowId: string): boolean {
    return hash(traceId === undefined || traceId === '' ? flowId : traceId) < this.#threshold;
  }
}

/** FNV-1a over the characters, then murmur3's finisher, which spreads near ids: 32 bits (both public domain). */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
