/** Seals values with one key; those met lately, such as a client's token, are not sealed again. */
import { type ByteCount, type NonceSource, type SecretKey, seal } from '../../core/index.ts';
import { latin1 } from '../latin1.ts';

/** Of each of two generations. */
const MAX_REMEMBERED = 4_096;
const MAX_REMEMBERED_BYTES: ByteCount = 2_048;

export class ValueSealer {
  readonly #key: SecretKey;
  readonly #nonces: NonceSource;
  #recent = new Map<string, Uint8Array>();
  #before = new Map<string, Uint8Array>();

  constructor(key: SecretKey, nonces: NonceSource) {
    this.#key = key;
    this.#nonces = nonces;
  }

  get keyId(): string {
    return this.#key.id;
  }

  /** @returns what may be shared by several exchanges: not to be written to */
  seal(bytes: Uint8Array, start: number, end: number): Uint8Array {
    if (end - start > MAX_REMEMBERED_BYTES) return this.#sealed(bytes, start, end);
    const text = latin1(bytes, start, end);
    const known = this.#recent.get(text) ?? this.#before.get(text);
    if (known !== undefined) return known;
    const sealed = this.#sealed(bytes, start, end);
    if (this.#recent.size >= MAX_REMEMBERED) {
      this.#before = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(text, sealed);
    return sealed;
  }

  #sealed(bytes: Uint8Array, start: number, end: number): Uint8Array {
    return seal(this.#key, bytes.subarray(start, end), this.#nonces.next());
  }
}
