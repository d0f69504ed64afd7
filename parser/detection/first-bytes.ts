/**
 * What a direction speaks, told from its first bytes.
 *
 * A verdict that is not `undecided` stays the same however many bytes follow, so the cut of the stream does not matter.
 * Cost: at most {@link MAX_UNDECIDED_BYTES} octets are looked at.
 */
import type { ByteCount } from '../../core/index.ts';
import { CR, LF, SP } from '../http1/octets.ts';
import { isKnownVerb } from '../http1/request-line.ts';
import { latin1 } from '../latin1.ts';
import { SIGNATURES } from './signatures.ts';

/** A first line longer than this is judged by its beginning. */
export const MAX_UNDECIDED_BYTES: ByteCount = 1024;

/** `http-request`, `http-response`, the name of another protocol, `unknown`, or `undecided` while more bytes are needed. */
export type Verdict = string;

/** First words of line protocols, in their usual case. */
const FIRST_WORDS: ReadonlyMap<string, string> = new Map([
  ...words('smtp', 'EHLO HELO'),
  ...words('ftp', 'USER AUTH'),
  ...words('pop3', '+OK'),
  ...words('imap', '*'),
  ...words('irc', 'NICK CAP'),
  ...words('redis', 'PING SELECT +PONG -ERR'),
  ...words('nats', 'INFO'),
  ...words('memcached', 'get gets set add replace append prepend cas delete incr decr stats version touch'),
]);

function words(protocol: string, list: string): [string, string][] {
  return list.split(' ').map((word) => [word, protocol]);
}

const VERSION = / (HTTP|RTSP|SIP|ICAP)\/(\d)\.\d *$/;
const STATUS = /^(HTTP|RTSP|SIP|ICAP)\/\d\.\d \d\d\d/;
const STATUS_OCTETS = 12;

export function judgeFirstBytes(bytes: Uint8Array): Verdict {
  const seen = Math.min(bytes.length, MAX_UNDECIDED_BYTES);
  let start = 0;
  while (start < seen && (bytes[start] === CR || bytes[start] === LF)) start++;
  if (start === seen) return seen === MAX_UNDECIDED_BYTES ? 'unknown' : 'undecided';
  if (start === 0) {
    const signed = judgeSignature(bytes);
    if (signed !== 'unknown') return signed;
  }
  return judgeText(bytes, start, seen);
}

/** The first signature that fits; `undecided` when one may still fit that comes before any that does. */
function judgeSignature(bytes: Uint8Array): Verdict {
  for (const { protocol, octets, check } of SIGNATURES) {
    const count = Math.min(octets.length, bytes.length);
    let fits = true;
    for (let i = 0; i < count && fits; i++) fits = octets[i] === -1 || octets[i] === bytes[i];
    if (!fits) continue;
    if (count < octets.length) return 'undecided';
    if (check === undefined || check(bytes)) return protocol;
  }
  return 'unknown';
}

function judgeText(bytes: Uint8Array, start: number, seen: number): Verdict {
  let lineEnd = start;
  while (lineEnd < seen && isText(bytes[lineEnd] as number)) lineEnd++;
  const complete = lineEnd < seen && (bytes[lineEnd] === LF || bytes[lineEnd] === CR);
  const line = latin1(bytes, start, lineEnd);
  if (STATUS.test(line))
    return line.startsWith('HTTP') ? 'http-response' : line.slice(0, line.indexOf('/')).toLowerCase();
  if (complete) return judgeLine(line);
  if (lineEnd < seen) return 'unknown';
  if (seen < MAX_UNDECIDED_BYTES) return mayBeLine(line) ? 'undecided' : 'unknown';
  return isKnownVerb(line.slice(0, Math.max(0, line.indexOf(' ')))) ? 'http-request' : 'unknown';
}

function judgeLine(line: string): Verdict {
  const version = VERSION.exec(line);
  const space = line.indexOf(' ');
  const word = space < 0 ? line : line.slice(0, space);
  if (version !== null && TOKEN.test(word))
    return version[1] === 'HTTP' ? 'http-request' : `${version[1]}`.toLowerCase();
  if (/^220[ -]/.test(line)) return /smtp|mail/i.test(line) ? 'smtp' : 'ftp';
  if (/^[*$]\d+$/.test(line)) return 'redis';
  if (
    isKnownVerb(word) &&
    space > 0 &&
    !line
      .slice(space + 1)
      .trimEnd()
      .includes(' ')
  )
    return 'http-request';
  return FIRST_WORDS.get(word) ?? 'unknown';
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}$/;

/** Cheap reasons against waiting for the end of a line: its first word is far too long. */
function mayBeLine(line: string): boolean {
  const space = line.indexOf(' ');
  return (space < 0 ? line.length : space) <= MAX_WORD_OCTETS || line.length < STATUS_OCTETS;
}

const MAX_WORD_OCTETS = 64;

/** Visible ASCII, space and tab, and octets of UTF-8 beyond ASCII. */
function isText(octet: number): boolean {
  return octet === 0x09 || (octet >= SP && octet !== 0x7f);
}
