/** Conversations made of pieces that parsers care about, in an order nobody would send them. */
import { conversation } from '../support/packets/index.ts';
import { below, type FuzzInput, oneOf, type Random } from './input.ts';

const HTTP_PIECES: readonly string[] = [
  'GET / HTTP/1.1\r\n',
  'POST /a?b HTTP/1.1\r\n',
  'HEAD * HTTP/1.0\r\n',
  'CONNECT a:1 HTTP/1.1\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 101 Up\r\n',
  'HTTP/1.0 304 \r\n',
  'HTTP/1.1 204\n',
  'Host: a\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length : 5, 6\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip,\r\n chunked\r\n',
  'Connection: close, upgrade\r\n',
  'Upgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'X: \0\x7f\xff\r\n',
  ' folded\r\n',
  ':\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  '5;a="b\r\n"\r\n',
  'fffffffffffffffff\r\n',
  '-1\r\n',
  'hello',
];
const THRIFT_PIECES: readonly string[] = [
  '\x80\x01\x00\x01',
  '\x80\x01\x00\x02',
  '\x80\x01\x00\x04',
  '\x82\x21',
  '\x82\x41\x00',
  '\x00\x00\x00\x04ping',
  '\x00\x00\x00\x00',
  '\x7f\xff\xff\xff',
  '\xff\xff\xff\xff',
  '\x0f\xff\x00\x00',
  '\x10\x00\x00\x00',
  '\xff\xaf',
  '\x0b\x00\x01',
  '\x0c\x00\x02',
  '\x0f\x00\x03\x0c',
  '\x0d\x00\x04\x0b\x0b',
  '\x00',
  '\x04ping',
  '\x1c\x1c\x1c',
];
const OTHER_PIECES: readonly string[] = [
  '\x16\x03\x01\x00\x05\x01',
  '*1\r\n$4\r\nPING\r\n',
  '+OK\r\n',
  'SSH-2.0-a\r\n',
  '\x05\x01\x00',
  'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n',
];

/** Both sides say pieces, cut anywhere, with losses. */
export function generatedTalk(random: Random): FuzzInput {
  const pieces = oneOf(random, [HTTP_PIECES, THRIFT_PIECES, [...HTTP_PIECES, ...THRIFT_PIECES, ...OTHER_PIECES]]);
  const talk = conversation().handshake();
  for (let turn = below(random, 12); turn >= 0; turn--) {
    const said = Array.from({ length: 1 + below(random, 8) }, () => piece(pieces, random)).join('');
    const bytes = Buffer.from(said, 'latin1');
    if (random() < 0.5) talk.client(bytes);
    else talk.server(bytes);
  }
  let trace = talk.close().trace();
  if (random() < 0.3) trace = trace.withoutHandshake();
  if (random() < 0.3) trace = trace.lose(below(random, trace.segments.length));
  if (random() < 0.3) trace = trace.overlap(below(random, 1e9));
  return { name: 'a talk of pieces', packets: trace.packets };
}

function piece(pieces: readonly string[], random: Random): string {
  const text = oneOf(random, pieces);
  if (random() < 0.05) return text.repeat(1 + below(random, 500));
  return random() < 0.1 ? text.slice(0, below(random, text.length)) : text;
}
