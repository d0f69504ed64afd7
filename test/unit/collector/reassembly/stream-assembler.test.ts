import { expect, test } from 'vitest';
import { StreamAssembler } from '../../../../collector/index.ts';
import { flowIdFromHandshake, Ledger } from '../../../../core/index.ts';
import { conversation, TCP_FLAG, Trace } from '../../../support/packets/index.ts';
import { assemble } from './assembled.ts';

const { ack, syn, rst, psh } = TCP_FLAG;

test('a conversation comes out as it was spoken', () => {
  const { lines, chunks, ledger } = assemble(conversation().handshake().client('GET /').server('200').close());
  expect(lines).toEqual(['open', '> GET /', '< 200', '> close fin', '< close fin']);
  expect(chunks[0]?.flow).toEqual({
    id: flowIdFromHandshake(1000, 5000, 40_000),
    client: { address: '10.0.0.1', port: 40_000 },
    server: { address: '10.0.0.2', port: 80 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: 1_700_000_000_000_000,
  });
  expect(ledger.accounts).toMatchObject({
    packets: { in: 10, out: { decoded: 10 }, aside: {} },
    'segment bytes': { in: 8, out: { reassembled: 8 }, aside: {} },
  });
});

test('in-order bytes are views of the packet, held ones are copies', () => {
  const trace = conversation().handshake().client('one').client('two').trace();
  const { packets } = trace;
  const ledger = new Ledger();
  const assembler = new StreamAssembler({}, { ledger });
  const order = [0, 1, 2, 3, 5].map((index) => packets[index]);
  const chunks = order.flatMap((packet) => (packet === undefined ? [] : [...assembler.push(packet)]));
  const data = chunks.flatMap((chunk) => (chunk.kind === 'data' ? [chunk.bytes] : []));
  expect(data.map((bytes) => bytes.buffer === packets[3]?.data.buffer)).toEqual([true, false]);
});

test('nothing comes out as one shared array', () => {
  const assembler = new StreamAssembler({}, { ledger: new Ledger() });
  expect(assembler.tick(1)).toBe(assembler.tick(2));
});

test('a packet that carries no TCP is ignored by reason', () => {
  const { ledger } = assemble(conversation({ linkType: 999 }).syn());
  expect(ledger.accounts.packets?.aside).toEqual({ ignored: { 'unknown-link-type:other': 1 } });
});

test('an answer that was captured before its question comes out after it', () => {
  const { segments } = conversation().handshake().client('GET /').server('200').trace();
  const swapped = [0, 1, 2, 5, 4, 3, 6].flatMap((index) => segments[index] ?? []);
  expect(assemble(new Trace(swapped)).lines).toEqual([
    'open',
    '> GET /',
    '< 200',
    '> close source-ended',
    '< close source-ended',
  ]);
});

test('a retransmission that is longer than the first copy adds what is new', () => {
  const said = conversation().handshake().client('abc').raw('client', { position: 0, data: 'abcdef' });
  const { lines, ledger } = assemble(said);
  expect(lines.slice(1, 3)).toEqual(['> abc', '> def']);
  expect(ledger.accounts['segment bytes']?.aside).toEqual({ discarded: { duplicate: 3 } });
});

test('on overlap the first copy wins, and bytes that differ are counted while the first copy is held', () => {
  const said = conversation()
    .handshake()
    .raw('client', { position: 3, data: 'defgh' })
    .raw('client', { position: 0, data: 'abcXXf' });
  const { client, fact } = assemble(said);
  expect([client, fact('conflicting-bytes')]).toEqual(['abcdefgh', 2]);
});

test('a gap that the peer acknowledged has its exact size and comes before what was sent after it', () => {
  const said = conversation().handshake().unseen('client', '12345').server('200').client('next').server('201');
  expect(assemble(said).lines.slice(0, 5)).toEqual(['open', '> gap 5 acknowledged', '< 200', '> next', '< 201']);
});

test('a gap is declared after the wait for reordering, by time or by packets', () => {
  const ledger = new Ledger();
  const assembler = new StreamAssembler({}, { ledger });
  const { packets } = conversation().handshake().unseen('client', '12345').server('200');
  const early = packets.flatMap((packet) => [...assembler.push(packet)]);
  expect(early.map(({ kind }) => kind)).toEqual(['open']);
  const last = packets.at(-1)?.at ?? 0;
  expect(assembler.tick(last + 19_000)).toEqual([]);
  expect(assembler.tick(last + 21_000).map(({ kind }) => kind)).toEqual(['gap', 'data']);

  const many = conversation().handshake().unseen('client', '12345').server('200');
  for (let i = 0; i < 20; i++) many.ack('server');
  const counted = new StreamAssembler({}, { ledger: new Ledger() });
  expect(many.packets.flatMap((packet) => [...counted.push(packet)]).map(({ kind }) => kind)).toEqual([
    'open',
    'gap',
    'data',
  ]);
});

test('a lost FIN is not a gap of one byte', () => {
  const trace = conversation().handshake().client('bye').close().trace().lose(5);
  expect(assemble(trace).lines).toEqual(['open', '> bye', '< close fin', '> close source-ended']);
});

test('snap-length cuts are gaps of the right size', () => {
  const { lines, fact } = assemble(
    conversation({ snapLength: 14 + 20 + 20 + 4 })
      .handshake()
      .client('abcdefgh')
      .server('ok'),
  );
  expect(lines.slice(1, 4)).toEqual(['> abcd', '> gap 4 snap-length', '< ok']);
  expect(fact('snap-length-cut-packets')).toBe(1);
});

test('keep-alive probes of no byte and of one old byte bring nothing', () => {
  const said = conversation()
    .handshake()
    .client('abc')
    .raw('client', { position: 2, data: '' })
    .ack('server')
    .raw('client', { position: 2, data: 'c' })
    .client('def');
  const { client, ledger } = assemble(said);
  expect(client).toBe('abcdef');
  expect(ledger.accounts['segment bytes']?.aside).toEqual({ discarded: { 'keep-alive': 1 } });
});

test('a keep-alive probe does not begin a flow', () => {
  const said = conversation()
    .unseen('client', 'abc')
    .raw('client', { position: 2, data: '\0' })
    .ack('server')
    .client('def');
  expect(assemble(said).client).toBe('def');
});

test('zero-window probes give their byte once', () => {
  const said = conversation().handshake().client('abc');
  for (let i = 0; i < 3; i++) said.raw('client', { data: 'd' }).raw('server', { window: 0, acknowledges: 3 });
  expect(assemble(said.client('def')).client).toBe('abcdef');
});

test('data in the SYN is the first of the stream (TCP Fast Open)', () => {
  expect(assemble(conversation().syn('GET /').synAck().ack('client').server('200')).lines.slice(0, 3)).toEqual([
    'open',
    '> GET /',
    '< 200',
  ]);
});

test('half close: the other direction goes on', () => {
  const said = conversation().handshake().client('q').fin('client').server('long answer').fin('server');
  expect(assemble(said).lines).toEqual(['open', '> q', '> close fin', '< long answer', '< close fin']);
});

test('a FIN out of order closes after its bytes, and bytes behind it are set aside', () => {
  const { segments } = conversation().handshake().client('abc').fin('client').trace();
  const swapped = new Trace([0, 1, 2, 5, 3, 4].flatMap((index) => segments[index] ?? []));
  expect(assemble(swapped).lines.slice(0, 3)).toEqual(['open', '> abc', '> close fin']);
  const behind = conversation().handshake().fin('client').raw('client', { position: 1, data: 'late' });
  expect(assemble(behind).ledger.accounts['segment bytes']?.aside).toEqual({ discarded: { 'after-close': 4 } });
});

test('a reset ends both directions, after the bytes before it', () => {
  const { lines } = assemble(conversation().handshake().client('q').reset('server').client('late'));
  expect(lines).toEqual(['open', '> q', '> close rst', '< close rst']);
});

test('a reset outside of the window is ignored and counted', () => {
  const said = conversation().handshake().client('q').raw('server', { position: 900_000, flags: rst }).server('a');
  const { lines, fact } = assemble(said);
  expect(lines.slice(0, 3)).toEqual(['open', '> q', '< a']);
  expect(fact('resets-out-of-window')).toBe(1);
});

test('a connection that is refused or never answered gives no flow', () => {
  expect(
    assemble(
      conversation()
        .syn()
        .raw('server', { position: -5001, acknowledges: 0, flags: rst | ack }),
    ).lines,
  ).toEqual([]);
  expect(assemble(conversation().syn()).fact('flows-unanswered')).toBe(1);
});

test('a SYN with a new sequence number on old ports is a new flow', () => {
  const old = conversation().handshake().client('old').trace();
  const young = conversation({ clientIsn: 77, serverIsn: 99 }).handshake().client('new').trace();
  const { lines, chunks, fact } = assemble(old.followedBy(young));
  expect(lines.slice(0, 6)).toEqual(['open', '> old', '> close timeout', '< close timeout', 'open', '> new']);
  expect(new Set(chunks.map(({ flow }) => flow.id)).size).toBe(2);
  expect(fact('flows-replaced')).toBe(1);
  const closed = assemble(conversation().handshake().close().trace().followedBy(young));
  expect([closed.client, closed.fact('flows'), closed.fact('flows-replaced')]).toEqual(['new', 2, 0]);
});

test('retransmissions after the end do not open the flow again, whatever their pauses', () => {
  const said = conversation().handshake().client('q').server('bye').close();
  for (const pause of [1, 2, 4, 8, 16, 28]) said.wait(pause * 1000).raw('server', { position: 0, data: 'bye' });
  const { fact, ledger } = assemble(said);
  expect(fact('flows')).toBe(1);
  expect(ledger.accounts['segment bytes']?.aside).toEqual({ discarded: { duplicate: 18 } });
});

test('bytes far from the end of a closed flow are of a new one whose SYN was missed', () => {
  const young = conversation({ clientIsn: 5e8, serverIsn: 6e8 }).client('q').server('a').trace();
  const { client, server, fact } = assemble(conversation().handshake().close().trace().followedBy(young));
  expect([client, server, fact('flows'), fact('flows-mid-stream')]).toEqual(['q', 'a', 2, 1]);
});

test('a handshake that goes on after a refusal is a flow', () => {
  const said = conversation()
    .syn()
    .raw('server', { position: -5001, acknowledges: 0, flags: rst | ack })
    .synAck()
    .client('q');
  expect(assemble(said).lines.slice(0, 2)).toEqual(['open', '> q']);
});

test('a SYN or a SYN-ACK that comes again changes nothing', () => {
  const said = conversation().handshake().client('q').syn().synAck().client('r');
  expect(assemble(said)).toMatchObject({ client: 'qr', ledger: { facts: { flows: 1 } } });
});

test('a SYN-ACK alone is a handshake', () => {
  const [first] = assemble(conversation().synAck().client('q')).chunks;
  expect(first?.flow).toMatchObject({ id: flowIdFromHandshake(1000, 5000, 40_000), orientation: 'handshake' });
});

test('in mid-stream the configured port says who serves, otherwise the lower one', () => {
  const flowOf = (server: string, ports: readonly number[]) =>
    assemble(conversation({ server }).server('200').client('GET'), { serverPorts: new Set(ports) }).chunks[0]?.flow;
  expect(flowOf('10.0.0.2:80', [80])).toMatchObject({ orientation: 'port', server: { port: 80 } });
  expect(flowOf('10.0.0.2:50000', [50_000])).toMatchObject({ orientation: 'port', server: { port: 50_000 } });
  expect(flowOf('10.0.0.2:80', [])).toMatchObject({ orientation: 'guess', server: { port: 80 } });
});

test('one-sided capture: proven gaps on the silent side, holes given up by bytes or time', () => {
  const seen = conversation().handshake().client('q1').server('a1').client('q2').server('a2').close().trace();
  const { client, server, lines } = assemble(seen.onlyFrom('client'));
  expect([client, server]).toEqual(['q1q2', '']);
  expect(lines).toContain('< gap 2 acknowledged');

  const holed = conversation({ acks: false }).syn().client('a').unseen('client', 'b').client('c');
  const waiting = new StreamAssembler({}, { ledger: new Ledger() });
  const onlyClient = holed.trace().packets;
  for (const packet of onlyClient) waiting.push(packet);
  const last = onlyClient.at(-1)?.at ?? 0;
  waiting.tick(last + 1_900_000);
  expect(waiting.tick(last + 2_100_000)).toMatchObject([
    { kind: 'gap', byteCount: 1, reason: 'evicted' },
    { kind: 'data' },
  ]);

  const big = conversation({ acks: false, mss: 10_000 }).syn().client('a').unseen('client', 'b');
  const { fact } = assemble(big.client('c'.repeat(70_000)));
  expect(fact('one-sided-holes')).toBe(1);
});

test('bounds: bytes held of a flow, of all flows, flows at once, idle time', () => {
  const holed = (port: number, size: number) =>
    conversation({ client: `10.0.0.1:${port}`, acks: false })
      .handshake()
      .unseen('client', 'x')
      .raw('server', { acknowledges: 0, data: 'seen' })
      .client('y'.repeat(size))
      .trace();
  const flow = assemble(holed(1, 3000), { maxHeldBytesPerFlow: 2000 });
  expect(flow.fact('flows-over-held-bytes')).toBe(1);
  expect(flow.lines).toContain('> gap 1 evicted');
  const all = assemble(holed(1, 1400).followedBy(holed(2, 1400)), { maxHeldBytes: 2000 });
  expect(all.fact('flows-over-total-held-bytes')).toBe(1);
  const two = conversation()
    .handshake()
    .trace()
    .followedBy(conversation({ client: '10.0.0.1:2' }).handshake().trace());
  const crowded = assemble(two, { maxFlows: 1 });
  expect(crowded.fact('flows-evicted')).toBe(1);
  expect(crowded.lines.slice(0, 3)).toEqual(['open', '> close evicted', '< close evicted']);
  const idle = assemble(conversation().handshake().client('a').wait(601_000).client('b'));
  expect(idle.lines.filter((line) => line.includes('timeout'))).toHaveLength(2);
  expect([idle.client, idle.fact('flows'), idle.fact('flows-timed-out')]).toEqual(['ab', 2, 1]);
});

test('a bound that makes no sense is refused', () => {
  expect(() => new StreamAssembler({ maxFlows: 0 }, { ledger: new Ledger() })).toThrow('maxFlows is 0');
});

test('bytes far from the window are set aside', () => {
  const said = conversation().handshake().raw('client', { position: 1.5e9, data: 'far' }).client('near');
  const { client, ledger } = assemble(said);
  expect(client).toBe('near');
  expect(ledger.accounts['segment bytes']?.aside).toEqual({ discarded: { 'out-of-window': 3 } });
});

test('offsets pass 4 GiB', () => {
  const at = (position: number) => ({ position, data: 'x', flags: ack | psh });
  const said = conversation({ acks: false }).handshake();
  const step = 900_000_000;
  for (let i = 1; i <= 6; i++)
    said
      .raw('server', { acknowledges: i * step })
      .raw('client', at(i * step))
      .wait(100);
  const data = assemble(said).chunks.flatMap((chunk) => (chunk.kind === 'data' ? [chunk.offset] : []));
  expect(data).toEqual([1, 2, 3, 4, 5, 6].map((i) => i * step));
});

test('the same addresses on another network are another flow', () => {
  const one = conversation().handshake().client('a').trace();
  const other = conversation({ vlans: [12, 7], clientIsn: 5 })
    .handshake()
    .client('b')
    .trace();
  const networks = assemble(one.mergedWith(other)).chunks.flatMap(({ kind, flow }) =>
    kind === 'open' ? [flow.network] : [],
  );
  expect(networks).toEqual(['', 'vlan:12/vlan:7']);
});

test('the copy from another interface is ignored, and what only it saw is not', () => {
  const { segments } = conversation().handshake().client('abc').server('ok').trace();
  const both = new Trace([
    ...segments.slice(0, 3),
    ...segments.slice(3).flatMap((segment, index) => (index === 2 ? [] : [segment])),
    ...segments.map((segment) => ({ ...segment, interfaceId: 2 })),
  ]);
  const { client, server, ledger } = assemble(both);
  expect([client, server]).toEqual(['abc', 'ok']);
  expect(ledger.accounts.packets?.aside).toEqual({ ignored: { 'seen-on-another-interface': segments.length - 1 } });
});

test('a SYN with a reset flag, or both ends of one address, do no harm', () => {
  expect(assemble(conversation().raw('client', { flags: syn | rst })).lines).toEqual([]);
  const self = conversation({ client: '10.0.0.1:5', server: '10.0.0.1:5' }).handshake().client('a');
  expect(assemble(self).ledger.balanced).toBe(true);
});

test('flows at once are told apart', () => {
  const traces = Array.from({ length: 200 }, (_, i) =>
    conversation({ client: `10.0.0.1:${1000 + i}` })
      .handshake()
      .client(`${i};`)
      .trace(),
  );
  const { fact, client } = assemble(new Trace([]).followedBy(...traces));
  expect([fact('flows'), fact('flows-evicted')]).toEqual([200, 0]);
  expect(client.split(';')).toHaveLength(201);
});

test('addresses made to collide in the table cost their own flows and nothing else', () => {
  const traces = Array.from({ length: 40 }, (_, i) => {
    const address = 0x0a000001 ^ Math.imul(1000 + i, 0x9e3779b1);
    const dotted = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
    return conversation({ client: `${dotted}:${1000 + i}` })
      .handshake()
      .client('x')
      .trace();
  });
  const { fact, client, lines } = assemble(new Trace([]).followedBy(...traces));
  expect([fact('flows'), fact('flows-evicted'), client.length]).toEqual([40, 8, 40]);
  expect(lines.filter((line) => line.includes('evicted'))).toHaveLength(16);
});

test('a SYN-ACK that would begin the stream behind bytes that were seen moves none of them', () => {
  const said = conversation()
    .raw('server', { position: 0, data: 'a', flags: ack | psh })
    .raw('client', { position: 0, acknowledges: 1, flags: syn | ack });
  const { chunks } = assemble(said);
  expect(chunks.flatMap((chunk) => (chunk.kind === 'data' ? [chunk.offset] : []))).toEqual([0]);
});

test('a retransmission is compared with what was handed on as far back as that is known', () => {
  const conflictsAfter = (chunks: number): number => {
    const said = conversation({ acks: false }).handshake().client('abc');
    for (let i = 0; i < chunks; i++) said.server('x');
    return assemble(said.raw('client', { position: 0, data: 'aXc' })).fact('conflicting-bytes');
  };
  expect([conflictsAfter(2_000), conflictsAfter(2_048)]).toEqual([1, 0]);
});

test('of a tunnel only the ports that are asked for come out, from either end', () => {
  const layers = [{ kind: 'vxlan', network: 7 }] as const;
  const wanted = conversation({ layers }).handshake().client('GET /').server('200').close().trace();
  const other = conversation({ layers, server: '10.0.0.2:443' }).handshake().client('hello').server('you').trace();
  const trace = new Trace([...other.segments, ...wanted.segments]);
  const { lines, ledger } = assemble(trace, { onlyPorts: new Set([80]) });
  expect(lines).toEqual(['open', '> GET /', '< 200', '> close fin', '< close fin']);
  expect(ledger.accounts.packets?.aside).toEqual({ ignored: { 'other-port': other.segments.length } });
  expect(ledger.facts.flows).toBe(1);
});
