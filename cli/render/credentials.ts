/**
 * Placeholders for credentials in the head of a message.
 *
 * Hidden are the values of header fields that carry credentials or whose name says that they are secret, user names and
 * passwords in URLs, and URL parameters with such a name. A folded line belongs to the field above it and is hidden with it.
 * Which names those are, sealing says.
 */
import { SecretNames, shownSchemeLength } from '../../parser/index.ts';

const NAMES = new SecretNames();

/** A URL's `?name=value` and `&name=value`; `#` too, which OAuth puts tokens behind. */
const PARAMETER = /([?&;#])([^?&;=\s#"<>]*)=([^?&;\s#"<>]*)/g;

const USER_INFO = /(\/\/)([^/\s?#@]+)@/g;

/** @param head the start line and header fields, with their line ends */
export function hideCredentials(head: string): string {
  let hidesFolded = false;
  let atStartLine = true;
  // A lone CR ends a line for some servers: what follows it is looked at as a field of its own.
  return head.replace(/[^\r\n]+/g, (line) => {
    if (atStartLine) {
      atStartLine = false;
      return hideInUrls(line);
    }
    const folded = line.startsWith(' ') || line.startsWith('\t');
    if (folded) return hidesFolded ? ` ${placeholder(line.trim())}` : hideInUrls(line);
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    hidesFolded = NAMES.isSecret(name);
    if (!hidesFolded) return hideInUrls(line);
    const value = line.slice(colon + 1).trim();
    const shown = shownSchemeLength(value);
    const scheme = value.slice(0, shown).trimEnd();
    const secret = value.slice(shown).trim();
    return `${line.slice(0, colon + 1)} ${scheme === '' ? '' : `${scheme} `}${placeholder(secret)}`;
  });
}

/** The value of a field outside of HTTP, such as a header of Thrift: a placeholder where its name says that it is secret. */
export function hideCredential(name: string, value: string): string {
  return NAMES.isSecret(name) ? placeholder(value) : hideInUrls(value);
}

function hideInUrls(line: string): string {
  return line
    .replace(USER_INFO, (_all, slashes: string, user: string) => `${slashes}${placeholder(user)}@`)
    .replace(PARAMETER, (all: string, before: string, name: string, value: string) =>
      value !== '' && NAMES.isSecret(decodeName(name)) ? `${before}${name}=${placeholder(value)}` : all,
    );
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function placeholder(secret: string): string {
  return `‹hidden, ${secret.length} ${secret.length === 1 ? 'character' : 'characters'}›`;
}
