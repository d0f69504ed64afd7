/** Clients and servers of Apache's Thrift library for Node talk over loopback; what is captured is what was said. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import thrift from 'thrift';
import { describe, expect } from 'vitest';
import type { Exchange, Message } from '../../core/index.ts';
import { type ThriftView, viewBody, viewThrift, viewThriftBody } from '../../parser/index.ts';
import { exchangesOn } from '../support/capture/exchanges-on.ts';
import { testWith } from '../support/requirements.ts';
import { EchoClient, EchoProcessor } from '../support/thrift/echo-service.ts';

/** The package's types know neither the header protocol nor that servers are made of processors. */
type Loose = typeof thrift & {
  readonly THeaderProtocol: unknown;
  createMultiplexServer(processor: unknown, options: object): Server;
};
const loose = thrift as Loose;
// What the package prints about ids that come again is what some of these tests are about.
(thrift as unknown as { setLogFunc(log: () => void): void }).setLogFunc(() => undefined);

interface Wire {
  readonly name: string;
  readonly transport: unknown;
  readonly protocol: unknown;
  readonly seen: Readonly<Record<'transport' | 'encoding', string>>;
  /** What else to do with a client's transport. */
  readonly prepare?: (transport: HeaderTransport) => void;
}

interface HeaderTransport {
  setProtocolId(id: number): void;
  setWriteHeader(key: string, value: string): void;
}

const WIRES: readonly Wire[] = [
  wire('binary', 'unframed', thrift.TBufferedTransport, thrift.TBinaryProtocol),
  wire('binary', 'framed', thrift.TFramedTransport, thrift.TBinaryProtocol),
  wire('compact', 'unframed', thrift.TBufferedTransport, thrift.TCompactProtocol),
  wire('compact', 'framed', thrift.TFramedTransport, thrift.TCompactProtocol),
  wire('binary', 'theader', thrift.TBufferedTransport, loose.THeaderProtocol, (transport) => {
    transport.setWriteHeader('caller', 'test');
  }),
  wire('compact', 'theader', thrift.TBufferedTransport, loose.THeaderProtocol, (transport) => {
    transport.setProtocolId(2);
  }),
];

function wire(
  encoding: string,
  transport: string,
  transportClass: unknown,
  protocol: unknown,
  prepare?: Wire['prepare'],
): Wire {
  const seen = { transport, encoding };
  return { name: `${encoding} ${transport}`, transport: transportClass, protocol, seen, ...(prepare && { prepare }) };
}

/** Runs a server and a connection to it, and captures both. */
async function capturedTalk(
  { transport, protocol, prepare }: Wire,
  connect: (connection: thrift.Connection) => readonly EchoClient[],
  processor: unknown,
  talk: (clients: readonly EchoClient[]) => Promise<void>,
) {
  const options = { transport, protocol } as object;
  const server = loose.createMultiplexServer(processor, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const capture = await exchangesOn(port);
  const connection = thrift.createConnection('127.0.0.1', port, options);
  await once(connection, 'connect');
  if (prepare !== undefined) prepared(connection, prepare);
  await talk(connect(connection));
  connection.end();
  await once(connection, 'close');
  server.close();
  await once(server, 'close');
  return capture.stop();
}

/** Every transport that the connection makes for its clients is prepared. */
function prepared(connection: thrift.Connection, prepare: (transport: HeaderTransport) => void): void {
  const Transport = connection.transport as unknown as new (...of: unknown[]) => HeaderTransport;
  const Prepared = function PreparedTransport(...of: unknown[]) {
    const transport = new Transport(...of);
    prepare(transport);
    return transport;
  };
  Object.assign(connection, { transport: Prepared });
}

const textOf = (view: ThriftView | undefined): string | undefined => {
  let value = view?.body.fields[0]?.value;
  if (value?.type === 'struct') value = value.fields[0]?.value;
  return value?.type === 'string' ? value.text?.replace(/^no function \w+: /, '') : undefined;
};

/** Reads both sides; a reply has to carry its call's nonce. */
function seen(exchange: Exchange): Record<string, unknown> {
  const request = exchange.request && viewThrift(exchange.request);
  const response = exchange.response && viewThrift(exchange.response);
  return {
    outcome: exchange.outcome,
    call: request?.kind,
    answer: response?.kind,
    method: request === undefined ? undefined : [request.service, request.method].filter(Boolean).join(':'),
    nonce: textOf(request),
    answered: textOf(response),
    problems: [...(request?.problems ?? []), ...(response?.problems ?? [])],
  };
}

const paired = (method: string, nonce: string, answer = 'reply') => ({
  outcome: 'paired',
  call: 'call',
  answer,
  method,
  nonce,
  answered: nonce,
  problems: [],
});

const oneway = (nonce: string, method = 'note') => ({
  outcome: 'oneway',
  call: 'oneway',
  answer: undefined,
  method,
  nonce,
  answered: undefined,
  problems: [],
});

const byNonce = (one: Record<string, unknown>, other: Record<string, unknown>) =>
  String(one.nonce) < String(other.nonce) ? -1 : 1;

function expectSeen(exchanges: readonly Exchange[], expected: readonly Record<string, unknown>[]): void {
  expect(exchanges.map(seen).sort(byNonce)).toEqual([...expected].sort(byNonce));
}

const single = (connection: thrift.Connection) => [thrift.createClient(EchoClient, connection)];

describe.each(WIRES)('$name', (one) => {
  testWith(['libpcap', 'capture'], `${one.name}: calls, oneways and exceptions, one after the other`, async () => {
    const processor = new EchoProcessor();
    const expected: Record<string, unknown>[] = [];
    const { exchanges, ledger } = await capturedTalk(one, single, processor, async ([client]) => {
      for (let i = 0; i < 20; i++) {
        const nonce = `${i}-${'x'.repeat(i * 200)}`;
        expect(await client?.call('echo', nonce)).toBe(nonce);
        client?.note(`note-${i}`);
        expected.push(paired('echo', nonce), oneway(`note-${i}`));
      }
      expect(await client?.call('refuse', 'refused')).toBe('refused');
      expect(await client?.call('missing', 'gone')).toBe('gone');
      expected.push(paired('refuse', 'refused'), paired('missing', 'gone', 'exception'));
    });
    expectSeen(exchanges, expected);
    expect(exchanges.every(({ protocol }) => protocol === 'thrift')).toBe(true);
    expect(exchanges[0]?.attributes).toMatchObject(one.seen);
    expect(viewThrift(exchanges[0]?.request as Message)).toMatchObject(one.seen);
    expect(ledger.balanced).toBe(true);
    expect(processor.noted).toHaveLength(20);
  });

  testWith(['libpcap', 'capture'], `${one.name}: many in flight, answered out of order`, async () => {
    const expected: Record<string, unknown>[] = [];
    const { exchanges } = await capturedTalk(one, single, new EchoProcessor(), async ([client]) => {
      for (let round = 0; round < 10; round++) {
        const late = Array.from({ length: 5 }, (_, i) => `late-${round}-${i}`);
        const answers = late.map((nonce) => client?.call('later', nonce));
        const soon = `soon-${round}`;
        expect(await client?.call('echo', soon)).toBe(soon);
        expect(await Promise.all(answers)).toEqual(late);
        expected.push(paired('echo', soon), ...late.map((nonce) => paired('later', nonce)));
      }
    });
    expectSeen(exchanges, expected);
  });

  testWith(['libpcap', 'capture'], `${one.name}: sequence id 0 throughout, many in flight`, async () => {
    const expected: Record<string, unknown>[] = [];
    const { exchanges } = await capturedTalk(one, single, new EchoProcessor(), async ([client]) => {
      if (client !== undefined) client.withoutSequenceIds = true;
      for (let round = 0; round < 20; round++) {
        const nonces = Array.from({ length: 8 }, (_, i) => `${round}-${i}`);
        client?.note(`note-${round}`);
        expect(await Promise.all(nonces.map((nonce) => client?.call('echo', nonce)))).toEqual(nonces);
        expected.push(oneway(`note-${round}`), ...nonces.map((nonce) => paired('echo', nonce)));
      }
    });
    expectSeen(exchanges, expected);
  });
});

testWith(['libpcap', 'capture'], 'several services on one connection', async () => {
  const processor = new thrift.MultiplexedProcessor() as thrift.MultiplexedProcessor & {
    registerProcessor(name: string, processor: EchoProcessor): void;
  };
  processor.registerProcessor('Left', new EchoProcessor());
  processor.registerProcessor('Right', new EchoProcessor());
  const expected: Record<string, unknown>[] = [];
  const connect = (connection: thrift.Connection) => {
    const multiplexer = new thrift.Multiplexer();
    return ['Left', 'Right'].map((name) => multiplexer.createClient(name, EchoClient, connection));
  };
  const { exchanges } = await capturedTalk(WIRES[1] as Wire, connect, processor, async ([left, right]) => {
    for (let i = 0; i < 10; i++) {
      await Promise.all([left?.call('echo', `left-${i}`), right?.call('echo', `right-${i}`)]);
      expected.push(paired('Left:echo', `left-${i}`), paired('Right:echo', `right-${i}`));
    }
    left?.note('note');
    expected.push(oneway('note', 'Left:note'));
    await right?.call('echo', 'last');
    expected.push(paired('Right:echo', 'last'));
  });
  expectSeen(exchanges, expected);
});

testWith(
  ['libpcap', 'capture'],
  'oneways sent as calls have no answer, and those behind them keep theirs',
  async () => {
    const { exchanges } = await capturedTalk(WIRES[0] as Wire, single, new EchoProcessor(), async ([client]) => {
      if (client !== undefined) client.withoutSequenceIds = true;
      for (let i = 0; i < 5; i++) {
        client?.noteAsCall(`note-${i}`);
        await client?.call('echo', `echo-${i}`);
      }
    });
    const views = exchanges.map(seen);
    expect(views.filter(({ method }) => method === 'echo')).toEqual(
      Array.from({ length: 5 }, (_, i) => paired('echo', `echo-${i}`)),
    );
    expect(views.filter(({ method, answer }) => method === 'note' && answer === undefined)).toHaveLength(5);
  },
);

describe.each([
  ['binary', thrift.TBinaryProtocol],
  ['compact', thrift.TCompactProtocol],
  ['json', thrift.TJSONProtocol],
] as const)('over HTTP, %s', (encoding, protocol) => {
  testWith(['libpcap', 'capture'], `over HTTP, ${encoding}: bodies are read`, async () => {
    const service = { transport: thrift.TBufferedTransport, protocol, processor: EchoProcessor, handler: {} };
    const server = thrift.createWebServer({ services: { '/echo': service } } as never);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const capture = await exchangesOn(port);
    const options = { transport: thrift.TBufferedTransport, protocol, path: '/echo' } as object;
    const connection = thrift.createHttpConnection('127.0.0.1', port, options);
    const client = thrift.createHttpClient(EchoClient, connection);
    for (let i = 0; i < 5; i++) expect(await client.call('echo', `nonce-${i}`)).toBe(`nonce-${i}`);
    server.close();
    (server as unknown as { closeAllConnections(): void }).closeAllConnections();
    await once(server, 'close');
    const { exchanges } = await capture.stop();
    const body = (message: Message | undefined) => message && viewThriftBody(viewBody(message).bytes);
    expect(exchanges.map(({ request, response }) => [textOf(body(request)), textOf(body(response))])).toEqual(
      Array.from({ length: 5 }, (_, i) => [`nonce-${i}`, `nonce-${i}`]),
    );
    expect(body(exchanges[0]?.request)).toMatchObject({ encoding, method: 'echo', kind: 'call', problems: [] });
  });
});
