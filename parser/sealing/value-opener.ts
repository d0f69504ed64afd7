/** Opens sealed values with one key ring; those met lately, such as a client's token, are not opened again. */
import { type ByteCount, type KeyRing, type Unsealed, unseal } from '../../core/index.ts';
import { latin1 } from '../latin1.ts';

/** Of each of two generations. */
const MAX_REMEMBERED = 4_096;
const MAX_REMEMBERED_BYTES: ByteCount = 2_048;

export class ValueOpener {
  readonly #ring: KeyRing;
  #recent = new Map<string, Unsealed>();
  #before = new Map<string, Unsealed>();

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** @returns as `unseal`; opened bytes may be shared by several exchanges: not to be written to */
  open(keyId: string, sealed: Uint8Array): Unsealed {
    if (sealed.length > MAX_REMEMBERED_BYTES) return unseal(this.#ring, keyId, sealed);
    // The envelope says nothing of the key, so that another key's is another value. Key ids have no blanks.
    const text = `${keyId} ${latin1(sealed, 0, sealed.length)}`;
    const known = this.#recent.get(text) ?? this.#before.get(text);
    if (known !== undefined) return known;
    const opened = unseal(this.#ring, keyId, sealed);
    if (opened.kind === 'sealed') return opened;
    if (this.#recent.size >= MAX_REMEMBERED) {
      this.#before = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(text, opened);
    return opened;
  }
}

const openers = new WeakMap<KeyRing, ValueOpener>();

/** The one opener of a ring; what it remembers goes with the ring. */
export function openerOf(ring: KeyRing): ValueOpener {
  let opener = openers.get(ring);
  if (opener === undefined) {
    opener = new ValueOpener(ring);
    openers.set(ring, opener);
  }
  return opener;
}
