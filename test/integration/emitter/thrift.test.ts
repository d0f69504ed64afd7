/** Recorded Thrift calls, sent to Apache's own server over shared connections: each gets its own answer. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Exchange, FailureReason, Message, PreparedRequest, Send } from '../../../core/index.ts';
import { ConnectionPool } from '../../../emitter/connection/connection-pool.ts';
import { OwnEndpoints } from '../../../emitter/connection/own-endpoints.ts';
import { checkReplayOptions } from '../../../emitter/options.ts';
import { newSend } from '../../../emitter/plan/send.ts';
import { RequestPreparer } from '../../../emitter/request/request-preparer.ts';
import { parseTarget } from '../../../emitter/target.ts';
import { type ThriftView, viewThrift, viewThriftBody } from '../../../parser/index.ts';
import { conversation } from '../../support/conversation.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { startEchoServer } from '../../support/thrift/echo-server.ts';
import { apacheMessage, framed, KIND, struct, text, theader } from '../../support/thrift/index.ts';

/** Every recorded call has this id, so that only rewritten ones can tell answers apart. */
const RECORDED_ID = 77;
const CALLS = 200;

type Encoding = 'binary' | 'compact';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const WRAPS = {
  unframed: (payload: Buffer) => payload,
  framed,
  theader: (payload: Buffer) =>
    theader(payload, { sequenceId: RECORDED_ID, protocolId: payload[0] === 0x82 ? 2 : 0, text: { caller: 'test' } }),
};
type Transport = keyof typeof WRAPS;

/** What a capture of so many calls holds: echoes, refusals, calls of no function, and oneways. */
function recorded(transport: Transport, encoding: Encoding, count: number): readonly Exchange[] {
  const message = (name: string, kind: number, nonce: string) => {
    const body = struct([kind === KIND.reply ? 0 : 1, text(nonce)]);
    return WRAPS[transport](apacheMessage(encoding, { name, kind, sequenceId: RECORDED_ID, body }));
  };
  const said = conversation();
  for (let index = 0; index < count; index++) {
    const name = ['echo', 'refuse', 'missing', 'note'][index % 4] as string;
    const nonce = `${index}-${'x'.repeat(index)}`;
    said.client(message(name, name === 'note' ? KIND.oneway : KIND.call, nonce));
    if (name !== 'note') said.server(message(name, KIND.reply, nonce));
  }
  return said.end().exchanges;
}

function prepared(exchanges: readonly Exchange[]): readonly PreparedRequest[] {
  const options = checkReplayOptions({ target: 'tcp://192.0.2.1:9', runId: 'run', readFunctions: ['*'] });
  const preparer = new RequestPreparer(options, [parseTarget(options.target)], undefined);
  return exchanges.map((exchange) => {
    expect(preparer.check(exchange)).toBeUndefined();
    return preparer.build(exchange);
  });
}

/** Sends all of them over two connections; resolves when each has its outcome. */
async function sendAll(
  port: number,
  requests: readonly PreparedRequest[],
  pipelining: number,
): Promise<Map<Send, 'answered' | FailureReason>> {
  const outcomes = new Map<Send, 'answered' | FailureReason>();
  const waiting = requests.map((request) => newSend(request, 0, 0, { session: '', thinkMicros: 0 }));
  const total = waiting.length;
  await new Promise<void>((resolve) => {
    const ended = (send: Send, outcome: 'answered' | FailureReason) => {
      outcomes.set(send, outcome);
      if (outcomes.size === total) resolve();
    };
    const pool = new ConnectionPool(
      {
        endpoint: { address: '127.0.0.1', port },
        maxConnections: 2,
        timeoutMs: 5_000,
        pipelining,
        retry: false,
        keepResponses: true,
        tls: undefined,
      },
      {
        clock: SYSTEM_CLOCK,
        handler: {
          answered: (send) => ended(send, 'answered'),
          failed: ended,
          next: () => waiting.shift(),
        },
        ownEndpoints: new OwnEndpoints(),
      },
    );
    cleanups.push(() => pool.close());
    pool.demand(waiting.length);
  });
  return outcomes;
}

const nonceOf = (view: ThriftView): string | undefined => {
  let value = view.body.fields[0]?.value;
  if (value?.type === 'struct') value = value.fields[0]?.value;
  return value?.type === 'string' ? value.text?.replace(/^no function \w+: /, '') : undefined;
};

describe.each<[Transport, Encoding]>([
  ['unframed', 'binary'],
  ['framed', 'binary'],
  ['unframed', 'compact'],
  ['framed', 'compact'],
  ['theader', 'binary'],
  ['theader', 'compact'],
])('%s %s', (transport, encoding) => {
  test.each([1, 8])(
    '%i under way on a connection: each call has its own answer, with its recorded id',
    async (pipelining) => {
      const server = await startEchoServer(transport, encoding);
      cleanups.push(() => server.close());
      const exchanges = recorded(transport, encoding, CALLS);
      expect(exchanges).toHaveLength(CALLS);
      const requests = prepared(exchanges);
      const outcomes = await sendAll(server.port, requests, pipelining);
      const notes: string[] = [];
      const requestOf = new Map(requests.map((request, index) => [request, exchanges[index]?.request as Message]));
      for (const [send, outcome] of outcomes) {
        expect(outcome).toBe('answered');
        const { request, response, answer } = send;
        const nonce = nonceOf(viewThrift(requestOf.get(request) as Message));
        if (request.operation === 'note') {
          expect(answer).toBe('oneway');
          notes.push(nonce as string);
          continue;
        }
        expect(answer).toBe(request.operation === 'missing' ? 'exception' : 'reply');
        const view = viewThriftBody(response as Uint8Array);
        expect(view).toMatchObject({
          problems: [],
          transport,
          encoding,
          method: request.operation,
          sequenceId: RECORDED_ID,
        });
        expect(nonceOf(view)).toBe(nonce);
        expect(request.wire).toBe(`thrift ${transport} ${encoding}`);
      }
      expect(server.connections()).toBeLessThanOrEqual(2);
      await expect.poll(() => [...server.noted].sort()).toEqual(notes.sort());
    },
  );
});
