/** Targets that do anything at any time, requests of all wires: whatever happens, each send has one outcome. */
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PreparedRequest } from '../../../core/index.ts';
import { locateSequenceIds } from '../../../parser/index.ts';
import { poolTo } from '../../support/emitter/pool.ts';
import { GET_REQUEST, request } from '../../support/emitter/prepared-request.ts';
import { answer, reset, serveRaw } from '../../support/emitter/script-server.ts';
import { SmallLane } from '../../support/emitter/small-lane.ts';
import { apacheMessage, framed, KIND, struct, text } from '../../support/thrift/index.ts';

const CALL = framed(
  apacheMessage('binary', { name: 'find', kind: KIND.call, sequenceId: 1, body: struct([1, text('a')]) }),
);
const call: PreparedRequest = request(CALL, {
  protocol: 'thrift',
  wire: 'thrift framed binary',
  sequence: locateSequenceIds(CALL),
});
const REQUESTS: readonly PreparedRequest[] = [
  GET_REQUEST,
  { ...GET_REQUEST, repeatable: false },
  call,
  { ...call, expects: 'none', repeatable: false },
  request('hello', {
    protocol: 'tcp',
    wire: 'tcp',
    expects: 'turns',
    turns: [
      { direction: 0, byteCount: 5, firstByteAt: 0 },
      { direction: 1, byteCount: 2, firstByteAt: 0 },
    ],
  }),
];

/** What a server does with what it has just read; `fitting` is a right answer to it. */
const ACTS: readonly ((socket: Socket, fitting: Buffer | string) => void)[] = [
  (socket, fitting) => socket.write(fitting),
  (socket, fitting) => socket.end(fitting),
  (socket, fitting) => socket.write(Buffer.concat([Buffer.from(fitting), Buffer.from(fitting)])),
  (socket, fitting) => socket.write(Buffer.from(fitting).subarray(0, 7)),
  (socket, fitting) => {
    socket.write(Buffer.from(fitting).subarray(0, 7));
    setImmediate(() => socket.write(Buffer.from(fitting).subarray(7)));
  },
  (socket) => socket.end(),
  (socket) => reset(socket),
  (socket) => socket.write('garbage\r\n'),
  () => {},
];

function fittingAnswer(bytes: Buffer): Buffer | string {
  if (bytes.includes('GET')) return answer(200);
  const id = locateSequenceIds(bytes)?.recorded;
  if (id === undefined) return 'ok';
  return framed(apacheMessage('binary', { name: 'find', kind: KIND.reply, sequenceId: id, body: struct() }));
}

const any = fc.record({
  requests: fc.array(fc.constantFrom(...REQUESTS), { minLength: 1, maxLength: 40 }),
  // Mostly in order: a target that only breaks shows little.
  acts: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: ACTS.length - 1 })), {
    minLength: 1,
    maxLength: 12,
  }),
  maxConnections: fc.integer({ min: 1, max: 5 }),
  pipelining: fc.constantFrom(1, 1, 3),
  retry: fc.boolean(),
  keepResponses: fc.boolean(),
  closesAfter: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
});

test('one outcome each, within the bound, nothing in flight at the end', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(any, async ({ requests, acts, closesAfter, ...options }) => {
      let turn = 0;
      const server = await serveRaw((socket) => {
        socket.on('data', (bytes: Buffer) => {
          const act = ACTS[acts[turn++ % acts.length] as number];
          if (!socket.destroyed) act?.(socket, fittingAnswer(bytes));
        });
      });
      const lane = new SmallLane((handler) => poolTo(server.port, handler, { ...options, timeoutMs: 60 }));
      try {
        if (closesAfter !== undefined) {
          lane.onOutcome = () => {
            if (lane.outcomes.length === closesAfter) void lane.sender.close();
          };
        }
        const sends = lane.sendAll(requests);
        const expected = closesAfter === undefined ? requests.length : Math.min(closesAfter, requests.length);
        await lane.settled(expected);
        await lane.sender.close();
        // What was never taken still waits; all else has its one outcome.
        expect(lane.outcomes.length + lane.waiting).toBe(requests.length);
        if (closesAfter === undefined) expect(lane.waiting).toBe(0);
        const statistics = lane.sender.statistics();
        expect(statistics).toMatchObject({ inFlight: 0, open: 0 });
        expect(statistics.peak).toBeLessThanOrEqual(options.maxConnections);
        for (const send of sends) {
          expect(send.attempts).toBeLessThanOrEqual(options.retry && send.request.repeatable ? 2 : 1);
          if (send.answer !== '') expect(send.lastByteAt).toBeGreaterThanOrEqual(send.sentAt);
        }
      } finally {
        await lane.sender.close();
        await server.close();
      }
    }),
    { numRuns: 60 },
  );
});
