import { describe, expect, test } from 'vitest';
import { conversation, HANDSHAKE_FLOW, textOf } from '../../../support/conversation.ts';

const get = (path: string, fields = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const ok = (body = 'ok', fields = '') => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;
const CUTS = [1, 2, 3, 7, 20, 1_000_000];
const MIDWAY = { ...HANDSHAKE_FLOW, orientation: 'guess' as const };

describe.each(CUTS)('cut every %i bytes', (cut) => {
  const talk = (options = {}) => conversation(options, HANDSHAKE_FLOW, cut);

  test('a request is announced at once, its exchange when the answer is complete', () => {
    const c = talk().client(get('/a?x=1'));
    expect(c.ready.map(({ operation }) => operation)).toEqual(['GET /a']);
    expect(c.told).toEqual([]);
    c.server(ok());
    expect(c.told).toEqual(['paired GET /a 200']);
    const [exchange] = c.exchanges;
    expect(exchange?.id).toEqual(c.ready[0]?.id);
    expect(textOf(exchange?.request)).toBe(get('/a?x=1'));
    expect(textOf(exchange?.response)).toBe(ok());
    expect(exchange).toMatchObject({ verb: 'GET', path: '/a', service: '10.0.0.2:80', notes: [], outcome: 'paired' });
    expect(exchange?.response).toMatchObject({ complete: true, headByteCount: 38, byteCount: 40, streamOffset: 0 });
  });

  test('without announcements the exchanges are the same', () => {
    const c = talk({ announceRequests: false }).client(get('/a')).server(ok());
    expect(c.ready).toEqual([]);
    expect(c.told).toEqual(['paired GET /a 200']);
  });

  test('a pipeline is answered in order', () => {
    const c = talk()
      .client(get('/1') + get('/2') + get('/3'))
      .server(ok('one') + ok('two') + ok('three'));
    expect(c.exchanges.map((e) => [e.path, textOf(e.response).slice(-3)])).toEqual([
      ['/1', 'one'],
      ['/2', 'two'],
      ['/3', 'ree'],
    ]);
  });

  test('HEAD, 204 and 304 have no body whatever their fields say', () => {
    const c = talk()
      .client(get('/h').replace('GET', 'HEAD') + get('/2') + get('/3') + get('/4'))
      .server('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
      .server('HTTP/1.1 204 No Content\r\nContent-Length: 500\r\n\r\n')
      .server('HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n')
      .server(ok());
    expect(c.told).toEqual(['paired HEAD /h 200', 'paired GET /2 204', 'paired GET /3 304', 'paired GET /4 200']);
  });

  test('interim answers belong to their exchange', () => {
    const c = talk()
      .client('PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n')
      .server('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n')
      .client('abc')
      .server(ok());
    expect(c.told).toEqual(['paired PUT /a 200']);
    expect(c.exchanges[0]?.interim.map(textOf)).toEqual([
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n',
    ]);
  });

  test('an expectation answered finally may leave the body out', () => {
    const c = talk()
      .client('PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 300\r\n\r\n')
      .server('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n');
    expect(c.told).toEqual([]);
    if (cut < 20) return;
    c.client(get('/b')).server(ok());
    expect(c.told).toEqual(['paired PUT /a 417 (body-not-sent)', 'paired GET /b 200']);
    expect(c.ready.map(({ path }) => path)).toEqual(['/b']);
  });

  test('chunked bodies with extensions and trailers are verbatim', () => {
    const body = '5;a="b"\r\nhello\r\n00a\r\n0123456789\r\n0;last\r\nTrailer: x\r\n\r\n';
    const asked = `POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
    const answer = `HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n${body}`;
    const c = talk()
      .client(asked + get('/next'))
      .server(answer + ok());
    expect(c.told).toEqual(['paired POST /c 200', 'paired GET /next 200']);
    expect(textOf(c.exchanges[0]?.request)).toBe(asked);
    expect(textOf(c.exchanges[0]?.response)).toBe(answer);
  });

  test('a body without length ends when the server closes', () => {
    const c = talk().client(get('/a')).server('HTTP/1.0 200 OK\r\n\r\nall of it').close(1);
    expect(c.told).toEqual(['paired GET /a 200']);
    expect(c.exchanges[0]?.response?.complete).toBe(true);
  });

  test('an early response waits for the end of its request', () => {
    const c = talk().client('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab').server(ok());
    expect(c.told).toEqual([]);
    c.client(`cd${get('/b')}`).server(ok());
    expect(c.told).toEqual(['paired POST /a 200', 'paired GET /b 200']);
    expect(c.exchanges[0]?.notes).toEqual(['early-response']);
  });

  test('replayed traffic is left out on both sides', () => {
    const c = talk()
      .client(get('/r', 'X-ByteCopy-Replay: run-1\r\n') + get('/mine'))
      .server(`HTTP/1.1 100 Continue\r\n\r\n${ok('theirs')}${ok('mine')}`)
      .end();
    expect(c.told).toEqual(['paired GET /mine 200']);
    expect(c.ready.map(({ path }) => path)).toEqual(['/mine']);
    expect(c.ledger.account('messages', '').aside('left-out', 'replayed')).toBe(2);
  });

  test('leniencies are taken as servers take them, and noted', () => {
    const c = talk()
      .client('\r\n\nget /a b HTTP/1.0\nHost : x\nX: 1\n folded\n\n')
      .server(
        'HTTP/1.1 200\r\nContent-Length: 2, 2\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      )
      .end();
    expect(c.told).toEqual(['paired get /a b 200']);
    expect(c.exchanges[0]?.notes).toEqual([
      'bare-lf',
      'obs-fold',
      'space-before-colon',
      'repeated-content-length',
      'conflicting-content-length',
      'content-length-and-transfer-encoding',
      'leading-empty-lines',
      'lower-case-verb',
      'odd-target',
      'missing-reason-phrase',
      'smuggling',
    ]);
  });

  test('HTTP/0.9 is answered with bytes until the end', () => {
    const c = talk().client('GET /old\r\n').server('<html>old</html>').close(1).end();
    expect(c.told).toEqual(['paired GET /old']);
    expect(c.exchanges[0]?.notes).toEqual(['http-0.9']);
    expect(textOf(c.exchanges[0]?.response)).toBe('<html>old</html>');
  });

  test('a head over the limit is given up, bytes counted', () => {
    const long = `GET / HTTP/1.1\r\nX: ${'x'.repeat(3000)}\r\n\r\n`;
    const c = talk({ maxHeadBytes: 1000 }).client(long).end();
    expect(c.told).toEqual([]);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'head-too-long')).toBe(long.length);
  });

  test('an absurd length breaks the message and what follows it', () => {
    const c = talk()
      .client('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nxyz')
      .server('HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n')
      .end();
    expect(c.told).toEqual(['paired POST /a 400 (protocol-error)']);
    expect(c.ready).toEqual([]);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'absurd-length')).toBe(3);
  });

  test('a body over the limit is counted and not kept', () => {
    const c = talk({ maxBodyBytes: 10 })
      .client(get('/'))
      .server(ok('0123456789abcdef') + ok('x'))
      .end();
    const response = c.exchanges[0]?.response;
    expect(response).toMatchObject({ truncated: true, complete: true, byteCount: 55 });
    expect(textOf(response)).toMatch(/0123456789$/);
  });
});

describe('what does not come', () => {
  test.each([
    ['fin', 'closed-before-response'],
    ['rst', 'reset'],
    ['timeout', 'timeout'],
    ['evicted', 'evicted'],
  ] as const)('the server ends with %s', (reason, told) => {
    expect(conversation().client(get('/a')).close(1, reason).told).toEqual([`request-only GET /a (${told})`]);
  });

  test('the source ends', () => {
    const c = conversation()
      .client(get('/a'))
      .server('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab')
      .client(get('/b'));
    expect(c.end().told).toEqual(['paired GET /a 200 (source-ended)', 'request-only GET /b (source-ended)']);
  });

  test('a response cut short by the close', () => {
    const c = conversation().client(get('/a')).server('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab').close(1);
    expect(c.told).toEqual(['paired GET /a 200 (response-incomplete)']);
    expect(c.exchanges[0]?.response?.complete).toBe(false);
  });

  test('a request cut short is not announced', () => {
    const c = conversation().client('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab').close(0);
    expect(c.ready).toEqual([]);
    expect(c.close(1).told).toEqual(['request-only POST /a (closed-before-response)']);
  });

  test("an answer that is too late is lone, and takes nobody else's place", () => {
    const c = conversation({ answerTimeoutMs: 5000 }).client(get('/slow')).wait(4000);
    expect(c.told).toEqual([]);
    c.wait(2000)
      .client(get('/next'))
      .server(ok() + ok())
      .end();
    expect(c.told).toEqual([
      'request-only GET /slow (timeout)',
      'response-only 200 (request-timed-out)',
      'paired GET /next 200',
    ]);
  });

  test('an idle flow ends', () => {
    const c = conversation({ idleTimeoutMs: 9000, answerTimeoutMs: 60_000 })
      .client(get('/a'))
      .server('HTTP/1.1 200 OK\r\n\r\nx');
    expect(c.wait(10_000).told).toEqual(['paired GET /a 200 (timeout)']);
    c.server('and its late rest').client(get('/b')).server(ok()).end();
    expect(c.told.slice(1)).toEqual(['paired GET /b 200']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'mid-stream')).toBe(17);
  });

  test('a response to nothing', () => {
    const c = conversation().server('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n').end();
    expect(c.told).toEqual(['response-only 408 (no-request)']);
    expect(c.exchanges[0]?.id.index).toBe(0x80);
  });

  test('more waiting requests than the bound', () => {
    const c = conversation({ maxPendingRequests: 2 })
      .client(get('/1') + get('/2') + get('/3'))
      .server(ok() + ok() + ok());
    expect(c.end().told).toEqual([
      'request-only GET /1 (too-many-pending)',
      'response-only 200 (request-timed-out)',
      'paired GET /2 200',
      'paired GET /3 200',
    ]);
  });

  test('more kept bytes than the bound are counted and not kept', () => {
    const c = conversation({ maxPendingBytes: 300 })
      .client(get('/1'))
      .server(ok('x'.repeat(1000)))
      .client(get('/2'))
      .server(ok());
    expect(c.end().exchanges.map(({ response }) => response?.truncated)).toEqual([true, false]);
  });
});

describe('gaps', () => {
  test('inside a body of known length the rest stays whole', () => {
    const c = conversation()
      .client(get('/a'))
      .server('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012')
      .lose(1, 4)
      .server(`789${ok()}`);
    c.client(get('/b'));
    expect(c.told[0]).toBe('paired GET /a 200 (gap)');
    expect(c.exchanges[0]?.response).toMatchObject({
      complete: false,
      byteCount: 49,
      missing: [{ offset: 42, byteCount: 4 }],
    });
  });

  test('inside a request body: it is not announced, and paired all the same', () => {
    const c = conversation().client('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n').lose(0, 6).server(ok());
    expect(c.ready).toEqual([]);
    expect(c.told).toEqual(['paired POST /a 200 (gap)']);
  });

  test("in a request's head: its answer is nobody else's", () => {
    const c = conversation()
      .client(get('/a'))
      .server(ok())
      .client('GET /lo')
      .lose(0, 30)
      .server(ok('lost'))
      .client(get('/b'))
      .server(ok('b'));
    expect(c.end().told).toEqual(['paired GET /a 200', 'response-only 200 (request-not-seen)', 'paired GET /b 200']);
    expect(textOf(c.exchanges[2]?.response)).toMatch(/b$/);
  });

  test('request and answer both lost', () => {
    const c = conversation().client(get('/a')).server(ok()).lose(0, 50).lose(1, 60).client(get('/b')).server(ok());
    expect(c.end().told).toEqual(['paired GET /a 200', 'paired GET /b 200']);
  });

  test('a whole answer lost: the request ends, the next pair is right', () => {
    const c = conversation().client(get('/a')).lose(1, 40).client(get('/b')).server(ok());
    expect(c.end().told).toEqual(['request-only GET /a (gap)', 'paired GET /b 200']);
  });

  test('in chunk framing the message breaks, and reading goes on at the next start', () => {
    const c = conversation()
      .client(get('/a'))
      .server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab')
      .lose(1, 9)
      .server('junk')
      .client(get('/b'))
      .server(ok());
    expect(c.end().told).toEqual(['paired GET /a 200 (gap)', 'paired GET /b 200']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'after-gap')).toBe(4);
    expect(c.ledger.account('stream bytes', '').aside('gap', 'acknowledged')).toBe(9);
  });
});

describe('bait in bodies, behind a gap', () => {
  const bait = get('/bait');

  test('a request in the rest of a lost request is not believed', () => {
    const c = conversation().client(get('/a')).server(ok()).lose(0, 80).client(bait).client(bait).server(ok());
    c.client(get('/b')).server(ok()).end();
    expect(c.told).toEqual(['paired GET /a 200', 'response-only 200 (request-not-seen)', 'paired GET /b 200']);
    expect(c.ready.map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'after-gap')).toBe(2 * bait.length);
  });

  test('an answer in the rest of a lost answer is not believed', () => {
    const c = conversation()
      .client(get('/a'))
      .lose(1, 80)
      .server(`${ok('bait')}0\r\n\r\n`);
    c.client(get('/b')).server(ok('own')).end();
    expect(c.told).toEqual(['request-only GET /a (gap)', 'paired GET /b 200']);
    expect(textOf(c.exchanges[1]?.response)).toMatch(/own$/);
    expect(c.exchanges[1]?.notes).toEqual(['resynchronised']);
    expect(c.exchanges[1]?.attributes).toEqual({ givenUpBytes: `${ok('bait').length + 5}` });
  });

  test('pipelined answers behind a lost one go to the last requests', () => {
    const c = conversation().client(get('/1') + get('/2') + get('/3'));
    c.lose(1, 60).server(ok('two') + ok('three'));
    expect(c.told).toEqual([]);
    c.close(1);
    expect(c.told).toEqual(['request-only GET /1 (gap)', 'paired GET /2 200', 'paired GET /3 200']);
    expect(c.exchanges.map(({ notes }) => notes.includes('paired-from-the-end'))).toEqual([false, true, true]);
  });
});

describe('mid-stream', () => {
  test('starts at the next believable message', () => {
    const c = conversation({}, MIDWAY).server('tail of a body').client(get('/a')).server(ok());
    expect(c.end().told).toEqual(['paired GET /a 200']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'mid-stream')).toBe(14);
  });

  test('an answer whose request was not seen is lone', () => {
    expect(conversation({}, MIDWAY).server(ok()).client(get('/a')).server(ok()).end().told).toEqual([
      'response-only 200 (request-not-seen)',
      'paired GET /a 200',
    ]);
  });

  test.each([1, 7, 1_000])('an answer to HEAD is known by the answer that follows it, cut every %i bytes', (cut) => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n';
    const c = conversation({}, MIDWAY, cut).server(head).server(ok()).end();
    expect(c.told).toEqual(['response-only 200 (request-not-seen)', 'response-only 200 (request-not-seen)']);
    expect(c.exchanges.map(({ response }) => response?.complete)).toEqual([true, true]);
  });

  test('client and server turn out exchanged', () => {
    const c = conversation({}, MIDWAY).say(1, get('/a')).say(0, ok()).end();
    expect(c.told).toEqual(['paired GET /a 200']);
    expect(c.exchanges[0]?.flow.server).toEqual(HANDSHAKE_FLOW.client);
  });
});

test('a trace id comes from the request, else from the response', () => {
  const c = conversation()
    .client(get('/a', 'X-Request-Id: R1\r\nTraceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01\r\n'))
    .server(ok('', 'x-request-id: other\r\n'))
    .client(get('/b'))
    .server(ok('', 'x-request-id: from-response\r\n'));
  expect(c.exchanges.map(({ trace }) => trace)).toEqual([
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '', parentSpanId: '00f067aa0ba902b7' },
    { traceId: 'from-response', spanId: '', parentSpanId: '' },
  ]);
});

test('services are named by host, address and port; callers by address', () => {
  const services = [
    { name: 'shop', host: 'Shop.example' },
    { name: 'web', port: 80 },
    { name: 'front', address: '10.0.0.1' },
  ];
  const c = conversation({ services })
    .client('GET / HTTP/1.1\r\nHost: SHOP.example:80\r\n\r\nGET http://u@shop.example/x HTTP/1.1\r\nHost: b\r\n\r\n')
    .client(get('/'))
    .server(ok() + ok() + ok());
  expect(c.exchanges.map(({ service, source }) => [service, source])).toEqual([
    ['shop', 'front'],
    ['shop', 'front'],
    ['web', 'front'],
  ]);
  expect(c.ledger.fact('services-unnamed')).toBe(0);
});

test('a head broken off behind its start line is a broken message', () => {
  const c = conversation().client(get('/a')).server('HTTP/1.1 200 OK\r\nDate: T').lose(1, 1000);
  expect(c.told).toEqual(['paired GET /a 200 (gap)']);
  expect(c.exchanges[0]?.response).toMatchObject({ complete: false, missing: [{ offset: 24, byteCount: 1000 }] });
  c.client('POST /cut HTTP/1.1\r\nHost').close(0).close(1);
  expect(c.told.slice(1)).toEqual(['request-only POST /cut (closed-before-response)']);
  expect(c.ready.map(({ path }) => path)).toEqual(['/a']);
});
