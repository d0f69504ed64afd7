/** Packets to exchanges through collector and parser together: what the network does to packets changes no exchange. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OVERLAP_POLICIES, type OverlapPolicy, StreamAssembler } from '../../collector/index.ts';
import { type Exchange, Ledger, LINK_TYPE, messageBytes, type Packet } from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { ExchangeParser } from '../../parser/index.ts';
import { conversation, seededRandom, type Trace } from '../support/packets/index.ts';

function exchangesOf(
  packets: readonly Packet[],
  overlapPolicy: OverlapPolicy = 'first',
): { exchanges: Exchange[]; ledger: Ledger } {
  const ledger = new Ledger();
  const assembler = new StreamAssembler({ overlapPolicy }, { ledger });
  const parser = new ExchangeParser({}, { ledger });
  const exchanges: Exchange[] = [];
  let at = 0;
  const parse = (chunks: ReturnType<StreamAssembler['push']>) => {
    for (const chunk of chunks) {
      for (const event of parser.push(chunk)) if (event.kind === 'exchange') exchanges.push(event.exchange);
    }
  };
  for (const packet of packets) {
    at = Math.max(at, packet.at);
    parse(assembler.push(packet));
  }
  parse(assembler.end(at));
  for (const event of parser.end(at)) if (event.kind === 'exchange') exchanges.push(event.exchange);
  return { exchanges, ledger };
}

/** What an exchange is, apart from when its packets came. */
function essence({ id, operation, status, outcome, reason, request, response, interim }: Exchange) {
  return {
    id: `${id.flow} ${id.offset} ${id.index}`,
    operation,
    status,
    outcome,
    reason,
    request: request && Buffer.from(messageBytes(request)).toString('latin1'),
    response: response && Buffer.from(messageBytes(response)).toString('latin1'),
    interim: interim.length,
  };
}

const body = fc.string({
  unit: fc.constantFrom('a', 'b', '\r\n', 'HTTP/1.1 200 OK\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n'),
  maxLength: 40,
});

const request = fc.oneof(
  fc.nat(99).map((n) => `GET /items/${n} HTTP/1.1\r\nHost: shop\r\n\r\n`),
  body.map((text) => `POST /cart HTTP/1.1\r\nHost: shop\r\nContent-Length: ${text.length}\r\n\r\n${text}`),
  body.map((text) => `PUT /cart HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}`),
);
const response = fc.oneof(
  body.map((text) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`),
  body.map((text) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}`),
  fc.constant('HTTP/1.1 204 No Content\r\n\r\n'),
  fc.constant('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
);

function chunked(text: string): string {
  const size = text.length.toString(16);
  return text === '' ? '0\r\n\r\n' : `${size};x=y\r\n${text}\r\n0\r\nTrailer: t\r\n\r\n`;
}

/** Turns of one to three pipelined requests and their answers. */
const traffic = fc
  .record({
    turns: fc.array(fc.array(fc.tuple(request, response), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    }),
    clientIsn: fc.integer({ min: 0xffffff00, max: 0xffffffff }),
    serverIsn: fc.integer({ min: 0, max: 0xffffffff }),
    mss: fc.integer({ min: 1, max: 80 }),
  })
  .map(({ turns, ...options }) => {
    const talk = conversation(options).handshake();
    for (const turn of turns) {
      talk.client(turn.map(([asked]) => asked).join('')).server(turn.map(([, answered]) => answered).join(''));
    }
    return { trace: talk.close().trace(), count: turns.flat().length };
  });

function expectSame(trace: Trace, shaken: Trace, count: number, overlapPolicy: OverlapPolicy): void {
  const before = exchangesOf(trace.packets);
  const after = exchangesOf(shaken.packets, overlapPolicy);
  expect(before.exchanges.length).toBe(count);
  expect(before.exchanges.every(({ outcome }) => outcome === 'paired')).toBe(true);
  expect(after.exchanges.map(essence)).toEqual(before.exchanges.map(essence));
  expect(after.ledger.report().balanced).toBe(true);
}

test('reordered, duplicated and overlapping packets give the same exchanges', () => {
  const distance = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(
      traffic,
      fc.integer(),
      distance,
      fc.constantFrom(...OVERLAP_POLICIES),
      ({ trace, count }, seed, places, policy) => {
        expectSame(trace, trace.overlap(seed).duplicate(seed).reorder(seed, places), count, policy);
      },
    ),
    { numRuns: 200 },
  );
});

test('of a capture of the client alone every request comes out, whatever the network did to its packets', () => {
  fc.assert(
    fc.property(traffic, fc.integer(), fc.integer({ min: 0, max: 3 }), ({ trace, count }, seed, places) => {
      const requestsOf = (packets: readonly Packet[]) =>
        exchangesOf(packets).exchanges.flatMap(({ request }) =>
          request === undefined ? [] : [Buffer.from(messageBytes(request)).toString('latin1')],
        );
      const alone = trace.onlyFrom('client').overlap(seed).duplicate(seed).reorder(seed, places);
      const requests = requestsOf(alone.packets);
      expect(requests.length).toBe(count);
      expect(requests.sort()).toEqual(requestsOf(trace.packets).sort());
    }),
  );
});

test('packets handed over together give the same exchanges as one by one', () => {
  fc.assert(
    fc.property(traffic, fc.integer({ min: 1, max: 20 }), ({ trace }, together) => {
      const { packets } = trace;
      const ledger = new Ledger();
      const assembler = new StreamAssembler({}, { ledger });
      const parser = new ExchangeParser({}, { ledger });
      const events = [];
      for (let from = 0; from < packets.length; from += together) {
        events.push(...parser.pushAll(assembler.pushAll(packets.slice(from, from + together))));
      }
      const at = packets[packets.length - 1]?.at ?? 0;
      events.push(...parser.pushAll(assembler.end(at)), ...parser.end(at));
      const exchanges = events.flatMap((event) => (event.kind === 'exchange' ? [event.exchange] : []));
      expect(exchanges.map(essence)).toEqual(exchangesOf(packets).exchanges.map(essence));
      expect(ledger.report().balanced).toBe(true);
    }),
  );
});

test('packets that were seen on two interfaces count once', () => {
  fc.assert(
    fc.property(traffic, ({ trace, count }) => {
      const { exchanges, ledger } = exchangesOf(trace.alsoOnInterface(7).packets);
      expect(exchanges.length).toBe(count);
      expect(ledger.account('packets', 'decoded').aside('ignored', 'seen-on-another-interface')).toBe(
        trace.packets.length,
      );
    }),
  );
});

test('a capture file cut at any byte gives the exchanges of the packets before the cut', () => {
  fc.assert(
    fc.property(traffic, fc.double({ min: 0, max: 1, noNaN: true }), ({ trace }, share) => {
      const whole = trace.pcap();
      const reader = new CaptureReader('cut.pcap');
      const packets = reader.push(whole.subarray(0, Math.floor(whole.length * share)));
      reader.end();
      const before = exchangesOf(trace.packets.slice(0, packets.length));
      expect(exchangesOf(packets).exchanges.map(essence)).toEqual(before.exchanges.map(essence));
    }),
  );
});

test('a million random bytes in random packets never throw, and the ledger adds up', () => {
  const random = seededRandom(20_261_121);
  const linkTypes = Object.values(LINK_TYPE);
  const packets: Packet[] = [];
  let left = 1_000_000;
  for (let at = 1; left > 0; at++) {
    const data = Uint8Array.from({ length: Math.min(left, 1 + Math.floor(random() * 400)) }, () => random() * 256);
    left -= data.length;
    const linkType = linkTypes[Math.floor(random() * linkTypes.length)] ?? LINK_TYPE.ethernet;
    packets.push({ at, linkType, interfaceId: 0, data, start: 0, end: data.length, originalByteCount: data.length });
  }
  expect(exchangesOf(packets).ledger.report().balanced).toBe(true);
});

test('a million random bytes as the payload of valid segments never throw, and the ledger adds up', () => {
  const random = seededRandom(42);
  const trace = conversation({ mss: 700 }).handshake();
  for (let sent = 0; sent < 1_000_000; sent += 1_000) {
    const bytes = Uint8Array.from({ length: 1_000 }, () => random() * 256);
    if (random() < 0.5) trace.client(bytes);
    else trace.server(bytes);
  }
  const { ledger } = exchangesOf(trace.close().packets);
  expect(ledger.report().balanced).toBe(true);
});
