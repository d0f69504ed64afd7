import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseFlowFilter } from '../../../../cli/explain/flow-filter.ts';
import { parseSearchedText } from '../../../../cli/explain/text-search.ts';
import { compileQuery, LINK_TYPE, parseQuery } from '../../../../core/index.ts';
import { conversation, packetOf } from '../../../support/packets/index.ts';
import { PROJECT_DIR } from '../../../support/requirements.ts';
import { explain, explainPackets, jsonOf, textOf } from './explained.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const twoRequests = () =>
  conversation()
    .handshake()
    .client('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
    .server(OK)
    .client('GET /b HTTP/1.1\r\nHost: a\r\n\r\n')
    .server(OK)
    .close();

const otherFlow = () =>
  conversation({ client: '10.0.0.9:5000', clientIsn: 77 })
    .handshake()
    .client('GET /c HTTP/1.1\r\n\r\n')
    .server(OK)
    .close();

/** The packet lines of the text, without number and time. */
const packetLines = (lines: readonly string[]) =>
  lines.filter((line) => /^ +\d+ +\d+\.\d{6} /.test(line)).map((line) => line.replace(/^ +\d+ +[\d.]+ /, ''));

test('every packet is told with direction, flags, numbers, bytes and what they became', async () => {
  expect(packetLines(textOf(await explain([twoRequests()])))).toEqual([
    '→ S      0                       0',
    '← SA     0/1                     0',
    '→ A      1/1                     0',
    '→ PA     1/1                    28          0  request #1 whole (head): GET /a HTTP/1.1',
    '← A      1/29                    0',
    '← PA     1/29                   40          0  response #1 whole (head and body): HTTP/1.1 200 OK',
    '→ A      29/41                   0',
    '→ PA     29/41                  28         28  request #2 whole (head): GET /b HTTP/1.1',
    '← A      41/57                   0',
    '← PA     41/57                  40         40  response #2 whole (head and body): HTTP/1.1 200 OK',
    '→ A      57/81                   0',
    '→ FA     57/81                   0',
    '← FA     81/58                   0',
    '→ A      58/82                   0',
  ]);
});

test('a gap has a line of its own, before the bytes behind it, and names what it breaks', async () => {
  const talk = conversation()
    .handshake()
    .client('GET /a HTTP/1.1\r\n\r\n')
    .server('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n')
    .server('1234567890')
    .unseen('server', '1234567890')
    .server('1234567890')
    .close();
  const lines = textOf(await explain([talk]));
  const gap = lines.findIndex((line) => line.includes('gap of'));
  expect(lines[gap]?.trim()).toBe('← gap of 10 bytes at 49 (acknowledged): breaks #1');
  expect(lines[gap + 1]).toContain('response #1 ends (body)');
  expect(lines).toContainEqual(expect.stringContaining('1 exchange: 0 whole, 1 broken (1 gap)'));
});

test('a gap that swallowed a whole message names the exchange that lacks it', async () => {
  const talk = conversation()
    .handshake()
    .client('GET /a HTTP/1.1\r\n\r\n')
    .unseen('server', OK)
    .client('GET /b HTTP/1.1\r\n\r\n')
    .server(OK)
    .unseen('client', 'GET /c HTTP/1.1\r\n\r\n')
    .server(OK)
    .client('GET /d HTTP/1.1\r\n\r\n')
    .server(OK)
    .close();
  const gaps = textOf(await explain([talk])).filter((line) => line.includes('gap of'));
  expect(gaps.map((line) => line.trim())).toEqual([
    '← gap of 40 bytes at 0 (acknowledged): in no message; may hold the response of #1',
    '→ gap of 19 bytes at 38 (acknowledged): in no message; may hold the request of #3',
  ]);
});

test('the example of the README is what is printed', async () => {
  const talk = conversation({ mss: 1000, acks: false })
    .handshake()
    .client('GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n')
    .server(`HTTP/1.1 200 OK\r\nContent-Length: 2459\r\n\r\n${'x'.repeat(959)}`)
    .unseen('server', 'x'.repeat(1000))
    .server('x'.repeat(500))
    .client('GET /b HTTP/1.1\r\nHost: shop.example\r\n\r\n')
    .server('HTTP/1.1 204 No Content\r\n\r\n')
    .close();
  const readme = readFileSync(join(PROJECT_DIR, 'README.md'), 'utf8');
  const example = /```text\n(flow [\s\S]*?)```/.exec(readme)?.[1]?.trimEnd().split('\n') ?? [];
  const printed = textOf(await explain([talk]));
  expect(example.length).toBeGreaterThan(5);
  expect(example.filter((line) => !printed.includes(line))).toEqual([]);
});

test('what was set aside says why, and what it is a copy of', async () => {
  const talk = twoRequests().raw('client', { position: 0, data: 'GET /a' });
  const again = packetLines(textOf(await explain([talk]))).at(-1);
  expect(again).toContain('duplicate: 6 bytes of request #1 begins (head): GET /a HTTP/1.1');
});

test('credentials are placeholders, and what comes from the wire cannot steer the terminal', async () => {
  const talk = conversation().handshake().client('GET /?token=hush&x=\x1b[2J HTTP/1.1\r\n\r\n').server(OK).close();
  const explanation = await explain([talk]);
  const output = [...textOf(explanation), ...jsonOf(explanation).map((line) => JSON.stringify(line))].join('\n');
  expect(output).not.toContain('hush');
  expect(output).not.toContain('\x1b');
  expect(output).toContain('‹hidden, 4 characters›');
});

test('a Thrift call is known by its function, a session by what it speaks', async () => {
  const ping = Buffer.from('00000011800100010000000470696e670000000000', 'hex');
  const pong = Buffer.from('00000011800100020000000470696e670000000000', 'hex');
  const redis = conversation({ clientIsn: 9, client: '10.0.0.4:7000' })
    .handshake()
    .client('*1\r\n$4\r\nPING\r\n')
    .server('+PONG\r\n')
    .close();
  const talks = [conversation().handshake().client(ping).server(pong).close(), redis];
  const lines = packetLines(textOf(await explain(talks))).filter((line) => line.includes('#'));
  expect(lines.map((line) => line.slice(36).trim())).toEqual([
    '0  request #1 whole (head and body): call ping, framed binary, sequence id 0',
    '0  response #1 whole (head and body): reply',
    '0  client of session #1 whole: redis',
    '0  server of session #1 whole',
  ]);
});

test('packets without a flow are listed with their reason', async () => {
  const noise = packetOf(new Uint8Array(60), { linkType: LINK_TYPE.ethernet });
  const scan = conversation({ client: '10.0.0.7:1', clientIsn: 3 }).syn();
  const lines = textOf(await explainPackets([noise, ...scan.packets]));
  expect(lines).toContain('2 packets of no flow');
  expect(lines.at(-2)).toMatch(/^ +1 .* not-ip.*, 60 bytes$/);
  expect(lines.at(-1)).toContain('10.0.0.7:1 → 10.0.0.2:80  S, 0 bytes, its flow never opened');
});

test('why nothing came out is said at once', async () => {
  const tls = conversation().handshake().client(Buffer.from('16030100a5010000a10303', 'hex')).close();
  expect(textOf(await explain([tls]))[2]).toBe('no exchange: 1 flow, all tls');
});

test('a discard stands in its direction where content showed the ends to be exchanged', async () => {
  const talk = conversation({ client: '10.0.0.1:80', server: '10.0.0.2:40000' })
    .client('GET /a HTTP/1.1\r\n\r\n')
    .server(OK)
    .client('\r\nGET /b HTTP/1.1\r\n\r\n')
    .server(OK)
    .close();
  const explanation = await explain([talk]);
  expect(explanation.flows?.[0]?.trace.report).toMatchObject({
    client: '10.0.0.2:40000',
    endsExchanged: true,
    clientToServer: { bytes: 80, inMessages: 80, discarded: {} },
    serverToClient: { bytes: 40, inMessages: 38, discarded: { 'empty-lines': 2 } },
    balanced: true,
  });
  expect(textOf(explanation).join('\n')).toContain('2 bytes discarded: empty-lines');
});

test('a flow seen before and behind an address translation: both are told, with the one exchange of them', async () => {
  const talk = (client: string) =>
    conversation({ client, stepMicros: 1000 }).handshake().client('GET /a HTTP/1.1\r\n\r\n').server(OK).close();
  const packets = [...talk('10.0.0.1:40000').packets, ...talk('192.168.7.7:40000').packets];
  const { flows, completeness } = await explainPackets(packets.sort((one, other) => one.at - other.at));
  expect(completeness).toMatchObject({ exchanges: 1, complete: 1 });
  expect(flows?.map(({ trace, exchanges }) => [trace.report.client, exchanges.length, trace.report.balanced])).toEqual([
    ['10.0.0.1:40000', 1, true],
    ['192.168.7.7:40000', 1, true],
  ]);
});

test('bytes behind a FIN that came late are told as set aside, whichever packets brought them', async () => {
  const talk = conversation().handshake().client('GET /a HTTP/1.1\r\n\r\n');
  talk.raw('client', { position: 25, data: 'behind' }).raw('client', { position: 31, data: 'the end' });
  talk.raw('client', { position: 19, flags: 0x11 }).server(OK).fin('server');
  const { flows } = await explain([talk]);
  const pieces = flows?.[0]?.lines.flatMap((line) => (line.kind === 'packet' ? line.pieces : []));
  expect(pieces?.map(({ offset, fate }) => [offset, fate])).toEqual([
    [0, 'stream'],
    [25, 'after-close'],
    [31, 'after-close'],
    [0, 'stream'],
  ]);
});

test('a flow is chosen by its id, by one end, or by both in any order', async () => {
  const talks = () => [twoRequests(), otherFlow()];
  const all = await explain(talks());
  const id = all.flows?.[1]?.trace.flow.id ?? '';
  for (const text of [id, '10.0.0.9:5000', '10.0.0.2:80-10.0.0.9:5000', '10.0.0.9:5000-10.0.0.2:80']) {
    const { flows, loosePackets } = await explain(talks(), { flow: parseFlowFilter(text) });
    expect(flows?.map(({ trace }) => trace.flow.id)).toEqual([id]);
    expect(loosePackets).toEqual([]);
  }
  expect((await explain(talks(), { flow: parseFlowFilter('10.0.0.2:80') })).flows?.length).toBe(2);
  expect((await explain(talks(), { flow: parseFlowFilter('10.0.0.3:80') })).flows).toEqual([]);
});

test('an exchange is chosen by its id: only the packets that carry it', async () => {
  const all = await explain([twoRequests()]);
  const id = all.flows?.[0]?.exchanges[1]?.id ?? '';
  const one = await explain([twoRequests()], { flow: parseFlowFilter(id) });
  expect(packetLines(textOf(one)).map((line) => line.slice(36).trim())).toEqual([
    '28  request #2 whole (head): GET /b HTTP/1.1',
    '40  response #2 whole (head and body): HTTP/1.1 200 OK',
  ]);
  expect(jsonOf(one).filter(({ kind }) => kind === 'exchange')).toMatchObject([{ id, matched: true }]);
});

test('a query chooses flows, and marks the exchanges that it finds', async () => {
  const where = compileQuery(parseQuery('path:/b'));
  const { flows } = await explain([twoRequests(), otherFlow()], { where });
  expect(flows?.length).toBe(1);
  expect(flows?.[0]?.exchanges.map(({ operation, matched }) => [operation, matched])).toEqual([
    ['GET /a', false],
    ['GET /b', true],
  ]);
});

test('text is found across the border of packets, with the packets that carry it', async () => {
  const talk = conversation({ mss: 7 })
    .handshake()
    .client('GET /needle HTTP/1.1\r\n\r\n')
    .server(OK)
    .client('GET /b HTTP/1.1\r\n\r\n')
    .server(OK)
    .close();
  const found = await explain([talk, otherFlow()], { text: parseSearchedText('needle') });
  expect(found.flows?.length).toBe(1);
  expect(packetLines(textOf(found)).map((line) => line.slice(36).trim())).toEqual([
    '0  request #1 begins (head): GET /needle HTTP/1.1',
    '7  request #1 goes on (head)',
  ]);
  expect(textOf(found).filter((line) => line.startsWith('   #'))).toEqual([expect.stringContaining('GET /needle')]);
  expect((await explain([talk], { text: parseSearchedText('haystack') })).flows).toEqual([]);
});

test('a span of time leaves only its packets, and tells what their bytes became', async () => {
  const talk = twoRequests();
  const at = talk.packets[7]?.at ?? 0; // the second request
  const { flows } = await explain([talk], { since: at, until: at + 1 });
  expect(flows?.[0]?.lines.map((line) => line.kind === 'packet' && line.pieces[0]?.became[0]?.exchange)).toEqual([0]);
  expect(flows?.[0]?.exchanges.map(({ operation }) => operation)).toEqual(['GET /b']);
  expect((await explain([talk], { since: at + 60_000_000 })).flows).toEqual([]);
});

test('a large capture lists its flows, unless something is asked for', async () => {
  const talk = conversation().handshake();
  for (let n = 0; n < 600; n++) talk.client(`GET /${n} HTTP/1.1\r\n\r\n`).server(OK);
  const whole = await explain([talk.close()]);
  expect(whole.flows).toBeUndefined();
  expect(textOf(whole).at(-1)).toContain('600 of 600 exchanges whole');
  const asked = await explain([talk], { flow: parseFlowFilter('10.0.0.1:40000') });
  expect(asked.flows?.[0]?.lines.length).toBe(talk.packets.length);
});

test('as JSON every byte range names its exchange, and a gap those that it breaks', async () => {
  const talk = conversation()
    .handshake()
    .client('GET /a HTTP/1.1\r\n\r\n')
    .server('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n')
    .unseen('server', '1234567890')
    .server('1234567890')
    .close();
  const lines = jsonOf(await explain([talk]));
  const exchange = lines.find(({ kind }) => kind === 'exchange');
  expect(lines[0]).toMatchObject({
    kind: 'capture',
    packets: talk.packets.length,
    flowsOnly: false,
    completeness: { broken: 1 },
  });
  expect(lines.filter(({ kind, direction }) => kind === 'range' && direction === 'server-to-client')).toMatchObject([
    { offset: 0, byteCount: 39, became: 'response', part: 'head', exchange: exchange?.id },
    { offset: 39, byteCount: 10, became: 'gap', reason: 'acknowledged', breaks: [exchange?.id] },
    { offset: 49, byteCount: 10, became: 'response', part: 'body', exchange: exchange?.id },
  ]);
  expect(lines.filter(({ kind }) => kind === 'packet').length).toBe(talk.packets.length);
});

test('what cannot be meant is refused with what can', () => {
  const usage = expect.objectContaining({ exitCode: 2, hint: expect.any(String) });
  for (const text of ['', 'nonsense', '10.0.0.1', '10.0.0.1:80-']) expect(() => parseFlowFilter(text)).toThrow(usage);
  expect(() => parseSearchedText('')).toThrow(usage);
  expect(() => parseSearchedText('x'.repeat(2_000))).toThrow(usage);
  expect(Buffer.from(parseSearchedText('a\\r\\n\\x00\\\\é')).toString()).toBe('a\r\n\0\\é');
  expect(parseFlowFilter('[2001:db8::1]:80-[::1]:5')).toEqual({ kind: 'ends', ends: ['[2001:db8::1]:80', '[::1]:5'] });
});
