import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OVERLAP_POLICIES, StreamAssembler } from '../../collector/index.ts';
import { Ledger, LINK_TYPE, type Packet } from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { conversation, join, packetOf, Trace } from '../support/packets/index.ts';
import { assemble, checkContract } from '../unit/collector/reassembly/assembled.ts';

const text = fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 1, maxLength: 60 });
const turns = fc.array(fc.record({ question: text, answer: text }), { minLength: 1, maxLength: 6 });
const isn = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0xffffff00, max: 0xffffffff }));
const seed = fc.integer();
const overlapPolicy = fc.constantFrom(...OVERLAP_POLICIES);

const talk = fc.record({ turns, clientIsn: isn, serverIsn: isn, mss: fc.integer({ min: 1, max: 30 }) }).map((given) => {
  const words = conversation(given).handshake();
  for (const { question, answer } of given.turns) words.client(question).server(answer);
  const client = given.turns.map(({ question }) => question).join('');
  const server = given.turns.map(({ answer }) => answer).join('');
  return { trace: words.close().trace(), client, server, turns: given.turns };
});

/** Runs of bytes by direction, in the order in which they came out: questions and answers in turn when all is well. */
function turnsOf(lines: readonly string[]): readonly string[] {
  const runs: string[] = [];
  for (const line of lines.filter((one) => /^[<>] (?!gap|close)/.test(one))) {
    const last = runs.at(-1);
    if (last?.[0] === line[0]) runs[runs.length - 1] = last + line.slice(2);
    else runs.push(line);
  }
  return runs;
}

test('any initial sequence numbers, wrap included, give the same bytes in turn', () => {
  fc.assert(
    fc.property(talk, ({ trace, turns }) => {
      const expected = turns.flatMap(({ question, answer }) => [`> ${question}`, `< ${answer}`]);
      expect(turnsOf(assemble(trace).lines)).toEqual(expected);
    }),
  );
});

test('reordered, duplicated and overlapping packets give the same bytes, and no answer before its question', () => {
  fc.assert(
    fc.property(
      talk,
      seed,
      fc.integer({ min: 0, max: 6 }),
      overlapPolicy,
      ({ trace, turns }, random, distance, policy) => {
        const expected = turns.flatMap(({ question, answer }) => [`> ${question}`, `< ${answer}`]);
        const shaken = assemble(trace.overlap(random).duplicate(random).reorder(random, distance), {
          overlapPolicy: policy,
        });
        expect(turnsOf(shaken.lines)).toEqual(expected);
        expect(shaken.lines.filter((line) => line.includes('gap'))).toEqual([]);
        expect(shaken.ledger.accounts['segment bytes']?.aside.discarded?.conflict).toBeUndefined();
        expect(shaken.ledger.facts).toEqual({ flows: 1 });
      },
    ),
    { numRuns: 300 },
  );
});

test('of a capture of one side, its bytes come out whole and the other side is a gap of the exact size', () => {
  fc.assert(
    fc.property(
      talk,
      seed,
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
      ({ trace, ...said }, random, distance, client) => {
        const side = client ? 'client' : 'server';
        const half = assemble(trace.onlyFrom(side).overlap(random).duplicate(random).reorder(random, distance));
        expect([half.client, half.server]).toEqual(client ? [said.client, ''] : ['', said.server]);
        const gaps = half.chunks.flatMap((chunk) => (chunk.kind === 'gap' ? [chunk] : []));
        expect(gaps.every(({ direction, reason }) => direction === (client ? 1 : 0) && reason === 'acknowledged')).toBe(
          true,
        );
        // A FIN that was not captured counts like a byte where the wait ends behind the ACK of both.
        const missing = gaps.reduce((sum, { byteCount }) => sum + byteCount, 0);
        const lost = client ? said.server.length : said.client.length;
        expect([lost, lost + 1]).toContain(missing);
      },
    ),
    { numRuns: 300 },
  );
});

test('without the handshake the bytes are the same', () => {
  fc.assert(
    fc.property(talk, ({ trace, client, server }) => {
      const { client: fromClient, server: fromServer } = assemble(trace.withoutHandshake());
      // A first segment of one byte cannot be told from a keep-alive probe only when it is not pushed; these are.
      expect([fromClient, fromServer]).toEqual([client, server]);
    }),
  );
});

test('each packet on two interfaces counts once', () => {
  fc.assert(
    fc.property(talk, ({ trace, client, server }) => {
      const once = assemble(trace);
      const twice = assemble(trace.alsoOnInterface(9));
      expect([twice.client, twice.server]).toEqual([client, server]);
      expect(twice.ledger.accounts['segment bytes']).toEqual(once.ledger.accounts['segment bytes']);
      expect(twice.ledger.accounts.packets?.out).toEqual(once.ledger.accounts.packets?.out);
    }),
  );
});

test('whatever is lost, bytes and gaps add up to the streams', () => {
  fc.assert(
    fc.property(talk, fc.array(fc.nat(), { maxLength: 5 }), ({ trace, client, server }, lost) => {
      let damaged = trace;
      for (const index of lost) damaged = damaged.lose(index % Math.max(1, damaged.segments.length));
      const { chunks } = assemble(damaged);
      for (const [direction, stream] of [client, server].entries()) {
        const side = direction === 0 ? 'client' : 'server';
        const beginsAtItsSyn = damaged.segments.some(({ from, fields }) => from === side && (fields.flags & 2) !== 0);
        for (const chunk of chunks) {
          if (chunk.kind !== 'data' || chunk.direction !== direction || chunk.flow.orientation !== 'handshake')
            continue;
          const text = Buffer.from(chunk.bytes).toString();
          // Where nobody saw the stream's first sequence number its offsets count from the first byte that was seen.
          expect(beginsAtItsSyn ? stream.startsWith(text, chunk.offset) : stream.includes(text)).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('any cut of a capture gives the same packets', () => {
  fc.assert(
    fc.property(talk, fc.array(fc.nat(), { maxLength: 8 }), ({ trace }, cuts) => {
      const file = trace.pcap();
      const points = [0, ...cuts.map((cut) => cut % file.length).sort((one, other) => one - other), file.length];
      const reader = new CaptureReader('cut');
      const packets = points.slice(1).flatMap((end, index) => reader.push(file.subarray(points[index], end)));
      reader.end();
      expect(reader.failure).toBeUndefined();
      expect(packets.map(contentOf)).toEqual(trace.packets.map(contentOf));
    }),
  );
});

function contentOf(packet: Packet) {
  return { at: packet.at, bytes: Buffer.from(packet.data.subarray(packet.start, packet.end)).toString('hex') };
}

/** Packets that begin like real ones, so that the damage gets deep, and packets of nothing but chance. */
const hostile = fc.oneof(
  fc.record({
    linkType: fc.constantFrom(...Object.values(LINK_TYPE), 999),
    bytes: fc.uint8Array({ maxLength: 120 }),
    wire: fc.integer({ min: 0, max: 0xffffffff }),
  }),
  fc
    .record({
      linkType: fc.constantFrom(...Object.values(LINK_TYPE)),
      ipv6: fc.boolean(),
      damage: fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      flags: fc.integer({ min: 0, max: 63 }),
      position: fc.integer({ min: -40, max: 40 }),
      acknowledges: fc.integer({ min: -40, max: 40 }),
      data: fc.uint8Array({ maxLength: 30 }),
      server: fc.boolean(),
    })
    .map(({ linkType, ipv6, damage, flags, position, acknowledges, data, server }) => {
      const ends = ipv6 ? { client: '[fe80::1]:4000', server: '[fe80::2]:80' } : {};
      const raw = conversation({ linkType, ...ends }).raw(server ? 'server' : 'client', {
        position,
        acknowledges,
        flags,
        data,
      });
      const [packet] = raw.packets;
      const bytes = join(packet?.data ?? new Uint8Array(0));
      for (const [at, value] of damage) if (at < bytes.length) bytes[at] = value;
      return { linkType, bytes, wire: bytes.length };
    }),
);

test('hostile packets of every link type never throw, and the ledger adds up after each', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hostile, fc.nat(50_000), fc.nat(1)), { maxLength: 60 }), (given) => {
      const ledger = new Ledger();
      const bounds = { maxFlows: 4, maxHeldBytesPerFlow: 2_000, maxHeldBytes: 3_000, maxOneSidedHeldBytes: 1_000 };
      const assembler = new StreamAssembler(bounds, { ledger });
      const chunks = [];
      let at = 1_700_000_000_000_000;
      for (const [{ linkType, bytes, wire }, step, interfaceId] of given) {
        at += step;
        const packet = packetOf(bytes, { linkType, at, interfaceId });
        chunks.push(...assembler.push({ ...packet, originalByteCount: wire }));
        expect(ledger.report()).toMatchObject({ balanced: true });
      }
      chunks.push(...assembler.end(at));
      checkContract(chunks);
      expect(ledger.report()).toMatchObject({ balanced: true });
      expect(ledger.account('packets', 'decoded').held + ledger.account('segment bytes', 'reassembled').held).toBe(0);
    }),
    { numRuns: 1_000 },
  );
});

const small = fc.integer({ min: -12, max: 60 });
/** Segments of one flow whose numbers, flags and bytes contradict each other as much as they can. */
const quarrel = fc.array(
  fc.record({
    from: fc.constantFrom('client' as const, 'server' as const),
    position: fc.oneof(small, small, fc.integer({ min: -0x80000000, max: 0x7fffffff })),
    acknowledges: small,
    flags: fc.oneof(fc.constant(16), fc.constant(24), fc.integer({ min: 0, max: 63 })),
    window: fc.constantFrom(0, 1, 30, 65_535),
    data: fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 20 }),
    pauseMs: fc.constantFrom(0, 0, 0, 30, 2_500),
  }),
  { maxLength: 40 },
);

test('segments that contradict each other: every byte and every packet has one place', () => {
  fc.assert(
    fc.property(
      quarrel,
      fc.boolean(),
      overlapPolicy,
      fc.constantFrom(0, 60),
      isn,
      (segments, greets, policy, snapLength, clientIsn) => {
        const said = conversation({ clientIsn, snapLength });
        if (greets) said.handshake();
        for (const { from, pauseMs, ...segment } of segments) said.raw(from, segment).wait(pauseMs);
        expect(assemble(said, { overlapPolicy: policy, maxHeldBytesPerFlow: 4_000 }).ledger.balanced).toBe(true);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('random bytes as a capture file never throw', () => {
  const head = fc.constantFrom('d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a1c0000004d3c2b1a', '');
  fc.assert(
    fc.property(head, fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 5 }), (magic, pushes) => {
      const reader = new CaptureReader('random');
      reader.push(Buffer.from(magic, 'hex'));
      for (const bytes of pushes) reader.push(bytes);
      reader.end();
      expect(reader.packetCount).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 500 },
  );
});

test('two conversations at once do not mix', () => {
  fc.assert(
    fc.property(talk, talk, seed, (one, other, random) => {
      const moved = new Trace(
        other.trace.segments.map((segment) => ({
          ...segment,
          link: { ...segment.link, vlans: [7] },
        })),
      );
      const { chunks } = assemble(one.trace.mergedWith(moved).reorder(random, 2));
      for (const [network, expected] of [
        ['', one],
        ['vlan:7', other],
      ] as const) {
        const bytes = [0, 1].map((direction) =>
          chunks
            .filter((chunk) => chunk.flow.network === network && chunk.kind === 'data' && chunk.direction === direction)
            .map((chunk) => (chunk.kind === 'data' ? Buffer.from(chunk.bytes).toString() : ''))
            .join(''),
        );
        expect(bytes).toEqual([expected.client, expected.server]);
      }
    }),
  );
});
