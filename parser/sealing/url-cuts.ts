/**
 * Secrets in URLs, wherever they stand in a text: user information, and parameters with a secret name.
 *
 *     https://user:pass@host/path;jsessionid=…?token=…&page=2#access_token=…
 *             ^^^^^^^^^                    ^^^        ^^^                ^^^
 */
import { type Cut, FILLER } from './cut.ts';
import { isSecretPathParameter, type SecretNames } from './secret-names.ts';

/** `?name=value` and `&name=value`; `#` too, which OAuth puts tokens behind, and `;`, a parameter of the path. */
const PARAMETER = /([?&;#])([^?&;=\s#"<>]{1,256})=([^?&;\s#"<>]+)/g;

const USER_INFO = /\/\/([^/\s?#@"]+)@/g;

/** @param from where the text lies in what the cuts count */
export function urlCuts(text: string, from: number, names: SecretNames, cuts: Cut[]): void {
  if (text.includes('@')) {
    for (const match of text.matchAll(USER_INFO)) {
      const start = from + match.index + 2;
      cuts.push({ start, end: start + (match[1] as string).length, filler: FILLER });
    }
  }
  if (!text.includes('=')) return;
  for (const { 0: whole, 1: before, 2: name = '', 3: value = '', index } of text.matchAll(PARAMETER)) {
    const plainName = name.includes('%') ? decodeName(name) : name;
    if (!names.isSecret(plainName) && !(before === ';' && isSecretPathParameter(plainName))) continue;
    const end = from + index + whole.length;
    cuts.push({ start: end - value.length, end, filler: FILLER });
  }
}

/** As it stands where the escapes are none. */
export function decodeName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
