/**
 * Protocols of text lines, told from the first line of either side.
 *
 * Words that several protocols know, or that ordinary text may begin with, are only likely: the other side is heard too.
 */
import { isKnownVerb } from '../http1/request-line.ts';
import { likely, sure, UNKNOWN, type Verdict } from './verdict.ts';

/** A line of the form `first word …` in its usual case, and what it tells. */
const FIRST_WORDS: ReadonlyMap<string, Verdict> = new Map([
  ...words(sure('smtp'), 'EHLO HELO'),
  ...words(likely('ftp'), 'USER AUTH FEAT'),
  ...words(likely('pop3'), '+OK APOP CAPA'),
  ...words(likely('imap'), '*'),
  ...words(likely('irc'), 'NICK CAP'),
  ...words(likely('redis'), 'PING AUTH SELECT HELLO +PONG +OK -ERR -NOAUTH -WRONGPASS -MOVED -LOADING'),
  ...words(likely('stomp'), 'STOMP CONNECTED'),
  ...words(
    likely('memcached'),
    'get gets gat set add replace append prepend cas delete incr decr stats version touch mg ms mn',
  ),
  ...words(likely('memcached'), 'VALUE STORED NOT_STORED STAT VERSION'),
]);

function words(verdict: Verdict, list: string): [string, Verdict][] {
  return list.split(' ').map((word) => [word, verdict]);
}

/** In order: the first that fits decides. */
const LINES: readonly (readonly [RegExp, Verdict])[] = [
  [/^PROXY (TCP4|TCP6|UNKNOWN)( |$)/, sure('proxy-protocol')],
  [/^220[ -].*(smtp|mail|postfix|exim|exchange)/i, sure('smtp')],
  [/^220[ -].*ftp/i, sure('ftp')],
  [/^220[ -]/, likely('ftp')],
  [/^\* (OK|PREAUTH|BYE) .*imap/i, sure('imap')],
  [/^[A-Za-z0-9.]{1,16} (CAPABILITY|LOGIN .+|AUTHENTICATE .+|STARTTLS|ID .+)$/i, likely('imap')],
  [/^\+OK .*(pop3?|dovecot|ready)/i, sure('pop3')],
  [/^\+OK$/, likely('redis')],
  [/^(INFO|CONNECT) \{/, sure('nats')],
  [/^(NOTICE AUTH :|:[^ ]+ (NOTICE|001) )/, likely('irc')],
  [/^[*%~>]\d+$/, likely('redis')],
  [/^[$:]-?\d+$/, likely('redis')],
  [/^CONNECT$/, likely('stomp')],
  [/^(set|add|replace|append|prepend) \S{1,250} \d+ -?\d+ \d+( noreply)?$/, sure('memcached')],
  [/^VALUE \S{1,250} \d+ \d+( \d+)?$/, sure('memcached')],
  [/^Zookeeper version: /, sure('zookeeper')],
  [/^\+OK /, likely('pop3')],
];

/** `SIP/2.0` and the like at the end of a request line; their names are the protocols' own. */
const VERSION = / (HTTP|RTSP|SIP|ICAP)\/(\d)\.\d *$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}$/;

export const HTTP_REQUEST = sure('http-request');
export const HTTP_RESPONSE = sure('http-response');

/** @param line a whole first line without its end, latin1 */
export function judgeLine(line: string): Verdict {
  const version = VERSION.exec(line);
  const space = line.indexOf(' ');
  const word = space < 0 ? line : line.slice(0, space);
  if (version !== null && TOKEN.test(word)) return named(version[1] as string, HTTP_REQUEST);
  for (const [form, verdict] of LINES) if (form.test(line)) return verdict;
  if (isBareRequest(line, word, space)) return HTTP_REQUEST;
  return FIRST_WORDS.get(word) ?? UNKNOWN;
}

const STATUS = /^(HTTP|RTSP|SIP|ICAP)\/\d\.\d \d\d\d/;

/** @returns undefined where the beginning is no status line */
export function judgeStatusLine(line: string): Verdict | undefined {
  const status = STATUS.exec(line);
  return status === null ? undefined : named(status[1] as string, HTTP_RESPONSE);
}

function named(protocol: string, http: Verdict): Verdict {
  return protocol === 'HTTP' ? http : sure(protocol.toLowerCase());
}

/** `GET /path` and no version: HTTP/0.9. */
function isBareRequest(line: string, word: string, space: number): boolean {
  return (
    space > 0 &&
    isKnownVerb(word) &&
    !line
      .slice(space + 1)
      .trimEnd()
      .includes(' ')
  );
}
