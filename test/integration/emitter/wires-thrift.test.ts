/** Thrift calls through the pool: ids of the connection on the wire, recorded ones in what is kept. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import thrift from 'thrift';
import { afterEach, describe, expect, test } from 'vitest';
import type { PreparedRequest } from '../../../core/index.ts';
import type { ConnectionPoolOptions } from '../../../emitter/connection/connection-pool.ts';
import { locateSequenceIds, viewThrift } from '../../../parser/index.ts';
import { poolTo } from '../../support/emitter/pool.ts';
import { request } from '../../support/emitter/prepared-request.ts';
import { serveRaw } from '../../support/emitter/script-server.ts';
import { SmallLane } from '../../support/emitter/small-lane.ts';
import { EchoProcessor } from '../../support/thrift/echo-service.ts';
import {
  apacheMessage,
  framed,
  KIND,
  meshHeader,
  struct,
  text,
  theader,
  ttheader,
} from '../../support/thrift/index.ts';

type Encoding = 'binary' | 'binary-old' | 'compact';
type Wrap = (payload: Buffer, sequenceId: number) => Buffer;

const WRAPS: Readonly<Record<string, Wrap>> = {
  unframed: (payload) => payload,
  framed: (payload) => framed(payload),
  theader: (payload, sequenceId) => theader(payload, { text: { caller: 'test' }, sequenceId }),
  ttheader: (payload, sequenceId) => ttheader(payload, { sequenceId }),
  'ttheader-framed': (payload, sequenceId) => ttheader(framed(payload), { sequenceId }),
  mesh: (payload) => meshHeader(payload, { caller: 'test' }),
  'mesh-framed': (payload) => meshHeader(framed(payload), {}),
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function message(encoding: Encoding, wrap: Wrap, kind: number, sequenceId: number, word = 'word'): Buffer {
  return wrap(apacheMessage(encoding, { name: 'find', kind, sequenceId, body: struct([1, text(word)]) }), sequenceId);
}

function call(encoding: Encoding, wrap: Wrap, recorded = 7, overrides: Partial<PreparedRequest> = {}): PreparedRequest {
  const bytes = message(encoding, wrap, overrides.expects === 'none' ? KIND.oneway : KIND.call, recorded);
  return request(bytes, {
    protocol: 'thrift',
    wire: `thrift ${encoding}`,
    verb: '',
    sequence: locateSequenceIds(bytes),
    ...overrides,
  });
}

/** A server of calls that all have one length; `act` is given the id of each. */
async function start(
  example: PreparedRequest,
  act: (sequenceId: number, socket: Socket, index: number) => void,
  options: Partial<ConnectionPoolOptions> = {},
): Promise<{ lane: SmallLane; calls: Buffer[] }> {
  const calls: Buffer[] = [];
  const server = await serveRaw((socket) => {
    let held = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      for (; held.length >= example.byteCount; held = held.subarray(example.byteCount)) {
        const one = held.subarray(0, example.byteCount);
        calls.push(one);
        act(locateSequenceIds(one)?.recorded ?? Number.NaN, socket, calls.length - 1);
      }
    });
  });
  const lane = new SmallLane((handler) => poolTo(server.port, handler, { keepResponses: true, ...options }));
  cleanups.push(
    () => server.close(),
    () => lane.sender.close(),
  );
  return { lane, calls };
}

describe('every framing and encoding', () => {
  for (const [name, wrap] of Object.entries(WRAPS)) {
    for (const encoding of ['binary', 'binary-old', 'compact'] as const) {
      // Nobody puts the old form behind MeshHeader: there its length of a name would be one of a frame.
      if (name === 'mesh' && encoding === 'binary-old') continue;
      test(`${name}, ${encoding}: each call has its own id, each kept reply the recorded one`, async () => {
        const example = call(encoding, wrap);
        const { lane, calls } = await start(
          example,
          (sequenceId, socket) => socket.write(message(encoding, wrap, KIND.reply, sequenceId, 'found')),
          { maxConnections: 1 },
        );
        const sends = lane.sendAll([example, example, example]);
        await lane.settled(3);
        expect(lane.outcomes).toEqual(['reply', 'reply', 'reply']);
        const ids = calls.map((bytes) => viewThrift(asMessage(bytes)).sequenceId);
        expect(new Set(ids).size).toBe(3);
        const reply = message(encoding, wrap, KIND.reply, 7, 'found');
        for (const send of sends) {
          expect(Buffer.from(send.response ?? []).equals(reply)).toBe(true);
          expect(send.responseByteCount).toBe(reply.length);
          expect(send.status).toBe(0);
        }
        expect(Buffer.compare(example.parts[0] as Buffer, message(encoding, wrap, KIND.call, 7))).toBe(0);
      });
    }
  }
});

function asMessage(bytes: Buffer) {
  return {
    parts: [bytes],
    byteCount: bytes.length,
    headByteCount: 0,
    streamOffset: 0,
    firstByteAt: 0,
    lastByteAt: 0,
    complete: true,
    truncated: false,
    missing: [],
  };
}

const FRAMED = WRAPS.framed as Wrap;
const framedCall = (recorded = 7, overrides: Partial<PreparedRequest> = {}) =>
  call('binary', FRAMED, recorded, overrides);
const framedReply = (sequenceId: number, kind: number = KIND.reply) => message('binary', FRAMED, kind, sequenceId);

test('an exception is told from a reply', async () => {
  const { lane } = await start(framedCall(), (id, socket) => socket.write(framedReply(id, KIND.exception)));
  lane.send(framedCall());
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['exception']);
});

test('an answer with the id of another call is a protocol error', async () => {
  const { lane } = await start(framedCall(), (id, socket) => socket.write(framedReply(id + 1)));
  lane.send(framedCall());
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['failed: protocol-error']);
});

test('a call whose id cannot be rewritten goes as recorded, and its answer is not checked', async () => {
  const example = framedCall(99, { sequence: undefined });
  const { lane, calls } = await start(example, (_id, socket) => socket.write(framedReply(12345)));
  lane.send(example);
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['reply']);
  expect(calls[0]?.equals(example.parts[0] as Buffer)).toBe(true);
});

test('pipelined calls get their own answers, whatever order these come in', async () => {
  const held: number[] = [];
  const { lane } = await start(
    framedCall(),
    (id, socket) => {
      held.push(id);
      if (held.length === 4)
        for (const each of held.reverse())
          socket.write(message('binary', FRAMED, KIND.reply, each, `${each}`.padStart(4)));
    },
    { maxConnections: 1, pipelining: 4 },
  );
  await lane.sender.warm(1);
  const sends = lane.sendAll([framedCall(1), framedCall(2), framedCall(3), framedCall(4)]);
  await lane.settled(4);
  expect(lane.settledSends).toEqual([...sends].reverse());
  expect(
    sends.map((send) =>
      Buffer.from(send.response ?? []).includes(framedReply(send.request.sequence?.recorded ?? 0).subarray(0, 20)),
    ),
  ).toEqual([true, true, true, true]);
});

test('a oneway call is through when it is written, and its connection carries the next', async () => {
  const oneway = framedCall(7, { expects: 'none', repeatable: false });
  const arrived: number[] = [];
  let wake = (): void => {};
  const all = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const { lane } = await start(
    oneway,
    (id) => {
      arrived.push(id);
      if (arrived.length === 50) wake();
    },
    { maxConnections: 1 },
  );
  const sends = lane.sendAll(new Array<PreparedRequest>(50).fill(oneway));
  await Promise.all([lane.settled(50), all]);
  expect(lane.counts()).toEqual({ oneway: 50 });
  expect(sends.every((send) => send.lastByteAt >= send.sentAt && send.firstByteAt === 0)).toBe(true);
  expect(lane.sender.statistics()).toMatchObject({ opened: 1, inFlight: 0 });
});

test('a oneway call to a target that does not read waits, fails in time, and is counted once', async () => {
  const bytes = Buffer.alloc(1024 * 1024, 1);
  const flood = request(bytes, { protocol: 'thrift', wire: 'thrift x', expects: 'none' });
  const server = await serveRaw((socket) => socket.pause());
  const lane = new SmallLane((handler) => poolTo(server.port, handler, { maxConnections: 2, timeoutMs: 300 }));
  cleanups.push(
    () => server.close(),
    () => lane.sender.close(),
  );
  lane.sendAll(new Array<PreparedRequest>(40).fill(flood));
  await lane.settled(20);
  const { oneway = 0, 'failed: timeout': timeout = 0 } = lane.counts();
  expect(timeout).toBeGreaterThan(0);
  expect(oneway + timeout).toBe(lane.outcomes.length);
});

test('what is no Thrift is a protocol error', async () => {
  const { lane } = await start(framedCall(), (_id, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  lane.send(framedCall());
  await lane.settled(1);
  expect(lane.outcomes).toEqual(['failed: protocol-error']);
});

/** The package's types know neither the header protocol nor that servers are made of processors. */
type Loose = typeof thrift & {
  readonly THeaderProtocol: unknown;
  createMultiplexServer(processor: unknown, options: object): Server;
};
const apache = thrift as Loose;

test.each([
  ['unframed', 'binary', thrift.TBufferedTransport, thrift.TBinaryProtocol],
  ['framed', 'binary', thrift.TFramedTransport, thrift.TBinaryProtocol],
  ['unframed', 'compact', thrift.TBufferedTransport, thrift.TCompactProtocol],
  ['framed', 'compact', thrift.TFramedTransport, thrift.TCompactProtocol],
  ['theader', 'binary', thrift.TBufferedTransport, apache.THeaderProtocol],
] as const)(
  "Apache's server, %s %s: calls, an unknown function and oneways on two connections",
  async (name, encoding, transport, protocol) => {
    const processor = new EchoProcessor();
    const server = apache.createMultiplexServer(processor, { transport, protocol });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const wrap = WRAPS[name] as Wrap;
    const calling = (functionName: string, nonce: string, kind: number = KIND.call): PreparedRequest => {
      const body = struct([1, text(nonce)]);
      const bytes = wrap(apacheMessage(encoding, { name: functionName, kind, sequenceId: 5, body }), 5);
      return request(bytes, {
        protocol: 'thrift',
        wire: `thrift ${name} ${encoding}`,
        verb: '',
        expects: kind === KIND.oneway ? 'none' : 'answer',
        sequence: locateSequenceIds(bytes),
      });
    };
    const lane = new SmallLane((handler) =>
      poolTo((server.address() as AddressInfo).port, handler, { maxConnections: 2, keepResponses: true }),
    );
    cleanups.push(async () => {
      await lane.sender.close();
      const closed = once(server, 'close');
      server.close();
      await closed;
    });
    const requests = Array.from({ length: 60 }, (_, index) => {
      if (index % 3 === 0) return calling('echo', `nonce-${index}`);
      return index % 3 === 1 ? calling('missing', `nonce-${index}`) : calling('note', `nonce-${index}`, KIND.oneway);
    });
    const sends = lane.sendAll(requests);
    await lane.settled(60);
    expect(lane.counts()).toEqual({ reply: 20, exception: 20, oneway: 20 });
    for (const [index, send] of sends.entries()) {
      if (send.answer === 'oneway') continue;
      const kept = Buffer.from(send.response ?? []);
      expect(kept.includes(`nonce-${index}`)).toBe(true);
      expect(viewThrift(asMessage(kept)).sequenceId).toBe(5);
    }
  },
);
