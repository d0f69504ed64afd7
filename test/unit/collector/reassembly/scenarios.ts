/**
 * What happens to TCP on real networks, each as packets and as the chunks that must come of it.
 *
 * `tshark` says why its `follow` shows other bytes, where it does; the others are compared with it in
 * test/integration/tshark-follow.test.ts.
 */
import { type Conversation, type ConversationOptions, TCP_FLAG, Trace } from '../../../support/packets/index.ts';

const { ack, fin, psh, rst, syn, urg } = TCP_FLAG;

type Talk = (options?: Partial<ConversationOptions>) => Conversation;

export interface Scenario {
  readonly name: string;
  /** @param talk begins a conversation on ports of the scenario's own */
  readonly packets: (talk: Talk) => Conversation | Trace;
  readonly lines: readonly string[];
  /** Facts beside `flows`. */
  readonly facts?: Readonly<Record<string, number>>;
  readonly tshark?: string;
}

const END = ['> close source-ended', '< close source-ended'];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'data in SYN and SYN-ACK (TCP Fast Open, both ways)',
    packets: (talk) =>
      talk()
        .syn('GET /')
        .raw('server', { position: -1, flags: syn | ack, data: '200 ' })
        .unseen('server', '200 ')
        .ack('client')
        .server('OK'),
    lines: ['open', '> GET /', '< 200 ', '< OK', ...END],
  },
  {
    name: 'SYN data that the server did not take is sent again (Fast Open refused)',
    packets: (talk) =>
      talk()
        .syn('GET /')
        .raw('server', { position: -1, acknowledges: 0, flags: syn | ack })
        .raw('client', { position: 0, data: 'GET /' })
        .server('200'),
    lines: ['open', '> GET /', '< 200', ...END],
  },
  {
    name: 'the SYN-ACK was not captured',
    packets: (talk) => talk().syn().ack('client').client('q').server('a'),
    lines: ['open', '> q', '< a', ...END],
  },
  {
    name: 'the SYN was not captured',
    packets: (talk) => talk().synAck().ack('client').client('q').server('a'),
    lines: ['open', '> q', '< a', ...END],
  },
  {
    name: 'the request was captured before the SYN-ACK',
    packets: (talk) => {
      const { segments } = talk().handshake().client('q').server('a').trace();
      return new Trace([0, 2, 3, 1, 4, 5, 6].flatMap((index) => segments[index] ?? []));
    },
    lines: ['open', '> q', '< a', ...END],
  },
  {
    name: 'the handshake was captured behind the first exchange',
    packets: (talk) => {
      const { segments } = talk().handshake().client('q').server('a').trace();
      return new Trace([3, 4, 5, 6, 0, 1, 2].flatMap((index) => segments[index] ?? []));
    },
    lines: ['open', '> q', '< a', ...END],
  },
  {
    name: 'both ends open at once',
    packets: (talk) =>
      talk()
        .syn()
        .raw('server', { position: -1, flags: syn })
        .raw('client', { position: -1, acknowledges: 0, flags: syn | ack })
        .raw('server', { position: -1, acknowledges: 0, flags: syn | ack })
        .client('q')
        .server('a'),
    lines: ['open', '> q', '< a', ...END],
  },
  {
    name: 'the capture begins with bytes of the server, in the middle of an answer',
    packets: (talk) => talk().unseen('client', 'q0').unseen('server', 'a0 a').server('0').client('q1').server('a1'),
    lines: ['open', '< 0', '> q1', '< a1', ...END],
    facts: { 'flows-mid-stream': 1 },
  },
  {
    name: 'only the client was captured: what it acknowledges is missing, with its exact size',
    packets: (talk) =>
      talk()
        .handshake()
        .client('q1')
        .server('one')
        .client('q2')
        .server('three')
        .ack('client')
        .trace()
        .onlyFrom('client'),
    lines: ['open', '> q1', '< gap 3 acknowledged', '> q2', '< gap 5 acknowledged', ...END],
  },
  {
    name: 'only the server was captured',
    packets: (talk) =>
      talk().handshake().client('query').server('one').client('q2').server('two').trace().onlyFrom('server'),
    lines: ['open', '> gap 5 acknowledged', '< one', '> gap 2 acknowledged', '< two', ...END],
  },
  {
    name: 'half close: the answer comes after the FIN of the question',
    packets: (talk) =>
      talk().handshake().client('q').fin('client').server('long ').server('answer').fin('server').ack('client'),
    lines: ['open', '> q', '> close fin', '< long ', '< answer', '< close fin'],
  },
  {
    name: 'bytes in the FIN segment, which comes twice',
    packets: (talk) => {
      const last = { position: 1, flags: fin | psh | ack, data: 'bye' };
      return talk().handshake().client('q').raw('client', last).raw('client', last);
    },
    lines: ['open', '> q', '> bye', '> close fin', '< close source-ended'],
  },
  {
    name: 'urgent bytes are a part of the stream',
    packets: (talk) =>
      talk()
        .handshake()
        .client('ab')
        .raw('client', { flags: urg | ack, data: '!' })
        .unseen('client', '!')
        .client('cd'),
    lines: ['open', '> ab', '> !', '> cd', ...END],
    facts: { 'urgent-segments': 1 },
  },
  {
    name: 'keep-alive probes, with an old byte and with a wrong one',
    packets: (talk) =>
      talk()
        .handshake()
        .client('abc')
        .raw('client', { position: 2, data: 'c' })
        .ack('server')
        .raw('client', { position: 2, data: '\0' })
        .ack('server')
        .client('def'),
    lines: ['open', '> abc', '> def', ...END],
  },
  {
    name: 'a zero window: probes with the next byte, refused at first',
    packets: (talk) => {
      const said = talk().handshake().client('abc').raw('server', { window: 0 });
      for (let probe = 0; probe < 3; probe++)
        said.raw('client', { data: 'd' }).raw('server', { window: 0, acknowledges: 3 });
      return said.raw('server', { acknowledges: 3 }).client('def');
    },
    lines: ['open', '> abc', '> d', '> ef', ...END],
    facts: { 'zero-window-probes': 3 },
  },
  {
    name: 'a zero window: a probe taken, the rest sent behind it',
    packets: (talk) =>
      talk()
        .handshake()
        .client('abc')
        .raw('server', { window: 0 })
        .raw('client', { data: 'd' })
        .unseen('client', 'd')
        .raw('server', { window: 0 })
        .ack('server')
        .client('ef'),
    lines: ['open', '> abc', '> d', '> ef', ...END],
    facts: { 'zero-window-probes': 1 },
  },
  {
    name: 'a reset at the number that is expected ends the flow',
    packets: (talk) => talk().handshake().client('q').server('a').raw('client', { flags: rst }),
    lines: ['open', '> q', '< a', '> close rst', '< close rst'],
  },
  {
    name: 'a reset behind the window, or before it, is ignored',
    packets: (talk) =>
      talk()
        .handshake()
        .client('q')
        .raw('server', { position: 70_000, flags: rst })
        .raw('server', { position: -9, flags: rst })
        .server('a'),
    lines: ['open', '> q', '< a', ...END],
    facts: { 'resets-out-of-window': 2 },
  },
  {
    name: 'a reset within the window at another number is challenged, and the flow goes on (RFC 5961)',
    packets: (talk) =>
      talk()
        .handshake()
        .client('q')
        .raw('server', { position: 900, flags: rst })
        .ack('client')
        .wait(30)
        .server('a')
        .client('r'),
    lines: ['open', '> q', '< a', '> r', ...END],
    facts: { 'resets-challenged': 1 },
  },
  {
    name: 'the sender of a challenged reset repeats it at the right number',
    packets: (talk) =>
      talk()
        .handshake()
        .client('q')
        .raw('server', { position: 900, flags: rst })
        .ack('client')
        .wait(30)
        .raw('server', { flags: rst }),
    lines: ['open', '> q', '> close rst', '< close rst'],
    facts: { 'resets-challenged': 1 },
  },
  {
    name: 'a reset that was captured before the bytes before it',
    packets: (talk) => {
      const { segments } = talk({ acks: false }).handshake().client('q').server('bye').reset('server').trace();
      return new Trace([0, 1, 2, 3, 5, 4].flatMap((index) => segments[index] ?? []));
    },
    lines: ['open', '> q', '< bye', '> close rst', '< close rst'],
  },
  {
    name: 'a reset behind bytes that were not captured and were acknowledged',
    packets: (talk) =>
      talk()
        .handshake()
        .client('q')
        .unseen('server', 'lost')
        .ack('client')
        .raw('server', { flags: rst })
        .wait(30)
        .ack('client'),
    lines: ['open', '> q', '< gap 4 acknowledged', '> close rst', '< close rst'],
  },
  {
    name: 'whoever sent the reset goes on: it was forged, or meant for somebody on the way',
    packets: (talk) => talk().handshake().reset('client').client('GET /').server('200').close(),
    lines: ['open', '> close rst', '< close rst', 'open', '> GET /', '< 200', '> close fin', '< close fin'],
    facts: { 'flows-mid-stream': 1 },
  },
  {
    name: 'a late copy of what came before the reset begins nothing',
    packets: (talk) => talk().handshake().client('q').reset('client').raw('client', { position: 0, data: 'q' }),
    lines: ['open', '> q', '> close rst', '< close rst'],
  },
  {
    name: 'a SYN that is answered by several numbers: those that the client did not take change nothing',
    packets: (talk) => {
      const answer = { position: 70_000, acknowledges: 0, flags: syn | ack };
      return talk().syn().raw('server', answer).synAck().ack('client').raw('server', answer).client('q').server('a');
    },
    lines: ['open', '> close timeout', '< close timeout', 'open', '> q', '< a', ...END],
    facts: { 'flows-replaced': 1 },
    tshark: 'it measures the answer from the first number, and waits for what lies between',
  },
  {
    name: 'text in a reset says why, and is no part of the stream (RFC 9293, section 3.10.7.4)',
    packets: (talk) => talk().handshake().client('q').raw('server', { flags: rst, data: 'go away' }),
    lines: ['open', '> q', '> close rst', '< close rst'],
    tshark: 'it shows the text in the stream, and dissects it as tcp.reset_cause',
  },
  {
    name: 'a forged SYN into an open flow ends nothing (RFC 5961)',
    packets: (talk) =>
      talk()
        .handshake()
        .client('q1')
        .raw('client', { position: 9e8, flags: syn })
        .ack('server')
        .client('q2')
        .server('a2'),
    lines: ['open', '> q1', '> q2', '< a2', ...END],
    facts: { 'flows-unanswered': 1 },
    tshark: 'it begins another stream at every SYN',
  },
  {
    name: 'a client that forgot its flow begins another on the same ports',
    packets: (talk) =>
      talk()
        .handshake()
        .client('old')
        .trace()
        .followedBy(talk({ clientIsn: 9e8, serverIsn: 8e8 }).handshake().client('new').server('a').trace()),
    lines: ['open', '> old', '> close timeout', '< close timeout', 'open', '> new', '< a', ...END],
    facts: { 'flows-replaced': 1 },
  },
  {
    name: 'the same, the SYN challenged and the old flow reset first',
    packets: (talk) => {
      const young = talk({ clientIsn: 9e8, serverIsn: 8e8 });
      return talk()
        .handshake()
        .client('old')
        .trace()
        .followedBy(
          talk({ clientIsn: 9e8 }).syn().trace(),
          talk().unseen('client', 'old').ack('server').raw('client', { flags: rst }).trace(),
          young.handshake().client('new').trace(),
        );
    },
    lines: ['open', '> old', '> close rst', '< close rst', 'open', '> new', ...END],
  },
  {
    name: 'ports used again after TIME_WAIT, with numbers just above the old ones',
    packets: (talk) =>
      talk()
        .handshake()
        .client('old')
        .close()
        .trace()
        .followedBy(talk({ clientIsn: 2000, serverIsn: 9000 }).handshake().client('new').server('a').trace()),
    lines: ['open', '> old', '> close fin', '< close fin', 'open', '> new', '< a', ...END],
  },
  {
    name: 'the same numbers an hour later are another flow, also where the first one had not seen its last byte',
    packets: (talk) => {
      const said = (at: number) =>
        talk({ startAt: at }).handshake().client('q').unseen('server', 'lost').ack('client').close().trace();
      return said(1_700_000_000_000_000).followedBy(said(1_700_003_600_000_000));
    },
    lines: [
      ...['open', '> q', '< gap 4 acknowledged', '> close fin', '< close fin'],
      ...['open', '> q', '< gap 4 acknowledged', '> close fin', '< close fin'],
    ],
    tshark: 'it has no such limit of time',
  },
  {
    name: 'a retransmission that holds more than the first copy',
    packets: (talk) =>
      talk()
        .handshake()
        .client('abc')
        .raw('client', { position: 0, data: 'abcdef' })
        .unseen('client', 'def')
        .client('ghi'),
    lines: ['open', '> abc', '> def', '> ghi', ...END],
  },
  {
    name: 'copies that differ: the first one is kept',
    packets: (talk) =>
      talk()
        .handshake()
        .raw('client', { position: 3, data: 'def' })
        .raw('client', { position: 3, data: 'XYZ' })
        .raw('client', { position: 0, data: 'abc' }),
    lines: ['open', '> abc', '> def', ...END],
    facts: { 'conflicting-bytes': 3 },
  },
  {
    name: 'a copy that differs from bytes handed on lately changes nothing, and is counted',
    packets: (talk) =>
      talk().handshake().client('abc').client('def').server('a').raw('client', { position: 1, data: 'bXdYZ' }),
    lines: ['open', '> abc', '> def', '< a', ...END],
    facts: { 'conflicting-bytes': 3 },
  },
];
