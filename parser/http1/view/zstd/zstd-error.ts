/** The stream contradicts itself. Caught where decoding begins: nobody outside sees it. */
export class ZstdError extends Error {
  override readonly name = 'ZstdError';
}
