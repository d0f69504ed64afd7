/** Texts of IPv4 addresses: flows of the same hosts share them, which matters where a hundred thousand are open. */
import { formatIpv4 } from '../decode/address.ts';

/** All are forgotten at once when there are more; flows keep their own. */
const MAX_TEXTS = 4_096;

export class AddressTexts {
  readonly #texts = new Map<number, string>();

  of(word: number): string {
    let text = this.#texts.get(word);
    if (text === undefined) {
      text = formatIpv4(word);
      if (this.#texts.size >= MAX_TEXTS) this.#texts.clear();
      this.#texts.set(word, text);
    }
    return text;
  }
}
