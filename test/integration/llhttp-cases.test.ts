/**
 * Every case of llhttp's own tests, read by our parser: accepted where llhttp accepts, rejected where it rejects, with as
 * many whole messages; or listed below with the reason why not. A case that differs without a reason fails.
 */
import { expect } from 'vitest';
import { conversation } from '../support/conversation.ts';
import { type LlhttpCase, readLlhttpCases } from '../support/llhttp/cases.ts';
import { describeWith, requires, testWith } from '../support/requirements.ts';

const FOLLOWS_LENIENT = 'taken as llhttp takes it in its lenient mode, and noted';
const HOPS = 'servers disagree, so what is passed over is only noted';
const HEAD_ONLY = 'a request that is not sent on is read as far as its framing can be known';

/** Name → why our outcome is another one than llhttp's. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'request/lenient-headers: Header value': `a form feed in a value: ${FOLLOWS_LENIENT} where it matters`,
  'request/lenient-headers: Empty headers separated by CR (lenient)':
    'a bare CR ends no line (RFC 9112, section 2.2): noted, the chunks behind are no message',
  'request/sample: Line folding in header value with LF': `bare LF: ${FOLLOWS_LENIENT}`,
  'request/sample: No LF after CR (lenient)': 'a bare CR ends no line (RFC 9112, section 2.2)',
  'request/transfer-encoding: No semicolon before chunk extensions': `as nginx reads it; ${HOPS}`,
  'request/transfer-encoding: No extension after semicolon': `as nginx and Apache read it; ${HOPS}`,
  'request/transfer-encoding: Unbalanced chunk extensions quoting': 'extensions are passed over unread, as by nginx',
  'request/transfer-encoding: Ignoring `pigeons`': `noted, and no body is read: ${HEAD_ONLY}`,
  'request/transfer-encoding: POST with `Transfer-Encoding` and `Content-Length`':
    '`identity` is the absence of a coding: the length counts, and it is noted',
  'request/transfer-encoding: POST with `Transfer-Encoding` and `Content-Length` (lenient)':
    '`identity` is the absence of a coding: the length of 1 counts, the four bytes behind it are no message',
  'request/transfer-encoding: POST with `chunked` before other transfer-coding (lenient)': `${HEAD_ONLY}, and noted`,
  'request/transfer-encoding: POST with `chunked` and duplicate transfer-encoding (lenient)': `${HEAD_ONLY}, and noted`,
  'request/transfer-encoding: Chunk header not terminated by CRLF (lenient)': 'rejected as by llhttp in strict mode',
  'request/transfer-encoding: Chunk data not terminated by CRLF (lenient)': 'rejected as by llhttp in strict mode',
  'request/transfer-encoding: Space after chunk header': FOLLOWS_LENIENT,
  'request/uri: Disallow UTF-8 in URI path in strict mode': 'as servers take it, and noted',
  'request/uri: Space in URI': 'as Apache took it for long, and noted',
  'response/connection: HTTP/1.1 with keep-alive disabled, content-length (lenient)':
    'what follows a whole answer is no message, and is counted as such',
  'response/connection: HTTP/1.1 with keep-alive disabled and 204 status':
    'what follows is the beginning of a head that does not end: set aside as such',
  'response/content-length: Content-Length reset when no body is received':
    'the case stands for answers to HEAD; here GET was asked, so the second head is in the body of the first',
  'response/invalid: Headers separated by CR': 'a bare CR ends no line: it is in the value',
  'response/invalid: Bare CR after response line': 'a bare CR ends no line: it is in the reason phrase',
  'response/invalid: Bare CR after response line (lenient)': 'a bare CR ends no line: no length, so read until the end',
  'response/invalid: Bare CR followed by CR after response line': 'a bare CR ends no line: it is in the reason phrase',
  'response/invalid: Invalid HTTP version': 'read as HTTP/1.x and noted',
  'response/invalid: Invalid space after start line': 'the line is noted as malformed, and passed over',
  'response/invalid: Only LFs present and no body': `bare LF: ${FOLLOWS_LENIENT}`,
  'response/invalid: Only LFs present': `bare LF: ${FOLLOWS_LENIENT}`,
};

interface Outcome {
  readonly complete: number;
  /** Why bytes got into no message, or a message broke; empty otherwise. */
  readonly error: string;
  readonly notes: readonly string[];
}

const ASKED = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Reads the case as one direction of a flow: requests get no answer, answers were asked for. */
function outcomeOf({ side, input }: LlhttpCase): Outcome {
  const c = conversation();
  if (side === 'request') c.client(input);
  else c.client(ASKED.repeat(8)).server(input);
  c.end();
  const exchanges = c.exchanges.filter((exchange) => exchange.protocol === 'http1');
  const messages = exchanges.flatMap((exchange) => [...exchange.interim, exchange[side] ?? []].flat());
  const { discarded = {} } = c.ledger.report().accounts['stream bytes']?.aside ?? {};
  const broken = exchanges.find((exchange) => exchange[side] !== undefined && exchange.reason === 'protocol-error');
  const setAside = Object.keys(discarded).find((reason) => reason !== 'empty-lines' && reason !== 'closed-in-head');
  return {
    complete: messages.filter(({ complete }) => complete).length,
    error: setAside ?? broken?.reason ?? '',
    notes: [...new Set(exchanges.flatMap(({ notes }) => notes))],
  };
}

const verdict = (error: string, complete: number) => `${error === '' ? 'accepted' : 'rejected'}, ${complete} whole`;

describeWith(['corpus'], "llhttp's cases", () => {
  testWith([], 'each has the same outcome, or a reason why not', () => {
    const cases = requires('corpus').met ? readLlhttpCases() : [];
    const differing: string[] = [];
    const table = cases.map((one) => {
      const ours = outcomeOf(one);
      const theirVerdict = verdict(one.error, one.complete);
      const ourVerdict = verdict(ours.error, ours.complete);
      const notes = ours.notes.join(' ');
      if (theirVerdict !== ourVerdict) differing.push(one.name);
      const because =
        theirVerdict === ourVerdict
          ? ''
          : `\n      llhttp: ${theirVerdict} (${one.error}): ${DIFFERENCES[one.name] ?? 'UNEXPLAINED'}`;
      return `  ${ourVerdict.padEnd(18)} ${one.name}${one.leniency === '' ? '' : ` [${one.leniency}]`}  ${notes}${because}`;
    });
    console.log(
      `llhttp's cases: ${cases.length} read, ${cases.length - differing.length} as llhttp, ${differing.length} differ\n${table.join('\n')}`,
    );
    expect(cases.length).toBeGreaterThan(120);
    expect(differing.sort()).toEqual(Object.keys(DIFFERENCES).sort());
  });
});
