import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { LINK_TYPE, type Packet } from '../../../../core/index.ts';
import { CaptureReader, encodePcapHeader, encodePcapRecord } from '../../../../formats/index.ts';
import { conversation, join, packetOf, pcapngBlocks } from '../../../support/packets/index.ts';

const AT = 1_700_000_000_123_456;
const HELLO = Uint8Array.from([104, 101, 108, 108, 111]);

function read(...pushes: readonly Uint8Array[]) {
  const reader = new CaptureReader('x.pcap');
  const packets: Packet[] = [];
  for (const bytes of pushes) packets.push(...reader.push(bytes));
  reader.end();
  return { reader, packets, seen: packets.map(seenAs) };
}

function seenAs(packet: Packet) {
  const { at, linkType, interfaceId, originalByteCount } = packet;
  const bytes = Buffer.from(packet.data.subarray(packet.start, packet.end)).toString('latin1');
  return { at, linkType, interfaceId, originalByteCount, bytes };
}

/** A pcap file of one packet in any byte order and resolution. */
function pcap(order: 'little' | 'big', magic: number, fraction: number, linkType = 1): Uint8Array {
  const view = new DataView(new ArrayBuffer(40));
  const little = order === 'little';
  for (const [at, value] of [
    [0, magic],
    [16, 65_535],
    [20, linkType],
    [24, 1_700_000_000],
    [28, fraction],
    [32, HELLO.length],
    [36, 60],
  ] as const) {
    view.setUint32(at, value, little);
  }
  return join(new Uint8Array(view.buffer), HELLO);
}

const hello = { at: AT, linkType: 1, interfaceId: 0, originalByteCount: 60, bytes: 'hello' };

for (const order of ['little', 'big'] as const) {
  test(`pcap, ${order} end first, µs and ns`, () => {
    expect(read(pcap(order, 0xa1b2c3d4, 123_456)).seen).toEqual([hello]);
    expect(read(pcap(order, 0xa1b23c4d, 123_456_789)).seen).toEqual([hello]);
  });

  test(`pcapng, ${order} end first: sections, interfaces, resolutions and every kind of packet block`, () => {
    const ng = pcapngBlocks(order);
    const micros = BigInt(AT);
    const { reader, seen } = read(
      ng.section(),
      ng.interface(1),
      ng.interface(113, ng.option(9, Uint8Array.of(9))),
      ng.enhanced(0, micros, HELLO, 60),
      ng.enhanced(1, micros * 1000n + 999n, HELLO),
      ng.block(0xbad, HELLO),
      ng.simple(HELLO),
      ng.obsolete(1, micros * 1000n, HELLO),
      ng.section(),
      ng.interface(101, ng.option(9, Uint8Array.of(0x80 | 20)), ng.option(14, ng.uint64(10))),
      ng.enhanced(0, (micros << 20n) / 1_000_000n + 1n, HELLO),
      ng.statistics(0, ng.option(5, ng.uint64(3)), ng.option(7, ng.uint64(4))),
      ng.statistics(0, ng.option(5, ng.uint64(5)), ng.option(7, ng.uint64(6))),
    );
    expect(reader.failure).toBeUndefined();
    expect(seen).toEqual([
      hello,
      { ...hello, linkType: 113, interfaceId: 1, originalByteCount: 5 },
      { ...hello, originalByteCount: 5 },
      { ...hello, linkType: 113, interfaceId: 1, originalByteCount: 5 },
      { ...hello, linkType: 101, interfaceId: 2, originalByteCount: 5, at: AT + 10_000_000 },
    ]);
    expect([reader.droppedByInterface, reader.droppedByKernel, reader.packetCount]).toEqual([5, 6, 5]);
  });
}

test('a pcap does not say what was dropped', () => {
  const { reader } = read(pcap('little', 0xa1b2c3d4, 0));
  expect([reader.droppedByKernel, reader.droppedByInterface]).toEqual([undefined, undefined]);
});

test('cut at every byte the packets are the same', () => {
  const ng = pcapngBlocks();
  const files = [
    conversation().handshake().client('one').pcap(),
    join(ng.section(), ng.interface(1), ng.enhanced(0, 5n, HELLO), ng.block(77, HELLO), ng.enhanced(0, 6n, HELLO)),
  ];
  for (const file of files) {
    const whole = read(file).seen;
    for (let cut = 1; cut < file.length; cut++) {
      expect(read(file.subarray(0, cut), file.subarray(cut)).seen).toEqual(whole);
    }
    expect(read(...Array.from(file, (_, at) => file.subarray(at, at + 1))).seen).toEqual(whole);
  }
});

test('packets are views of the pushed bytes, not copies', () => {
  const file = conversation().syn().pcap();
  expect(read(file).packets[0]?.data).toBe(file);
});

test('what was written is read back', () => {
  const packet = packetOf(HELLO, { linkType: LINK_TYPE.linuxSll, at: AT, captured: 3 });
  const file = join(encodePcapHeader(LINK_TYPE.linuxSll), encodePcapRecord(packet));
  expect(read(file).seen).toEqual([{ ...hello, linkType: 113, originalByteCount: 5, bytes: 'hel' }]);
});

test.each<[string, Uint8Array, string, string]>([
  ['nothing at all', new Uint8Array(0), 'CAPTURE_NOT_A_CAPTURE', 'the input is empty'],
  ['two bytes', Uint8Array.of(0xd4, 0xc3), 'CAPTURE_NOT_A_CAPTURE', 'only 2 bytes'],
  ['text', Buffer.from('GET / HTTP/1.1'), 'CAPTURE_NOT_A_CAPTURE', 'first four bytes are 47455420'],
  ['a gzipped capture', gzipSync(HELLO), 'CAPTURE_NOT_A_CAPTURE', '1f8b'],
  ['an unknown link type', pcap('little', 0xa1b2c3d4, 0, 127), 'CAPTURE_LINK_TYPE', 'link type 127'],
  ['a cut record', conversation().syn().pcap().subarray(0, 60), 'CAPTURE_TRUNCATED', 'ends within a record'],
  ['a cut header', pcap('big', 0xa1b2c3d4, 0).subarray(0, 20), 'CAPTURE_TRUNCATED', 'ends within a record'],
])('%s fails with a code', (_, bytes, code, message) => {
  const { reader } = read(bytes);
  expect(reader.failure).toMatchObject({ code, exitCode: 1 });
  expect(reader.failure?.message).toContain(message);
  expect(reader.failure?.message).toMatch(/^x\.pcap: at byte \d+: /);
  expect(reader.failure?.hint).not.toBe('');
});

test('damage ends the file after everything before it, and names the offset', () => {
  const file = conversation().syn().synAck().ack('client').pcap();
  const second = 24 + 16 + 54;
  file.fill(0xff, second + 8, second + 12);
  const { reader, seen } = read(file);
  expect(seen).toHaveLength(1);
  expect(reader.failure?.code).toBe('CAPTURE_CORRUPT');
  expect(reader.failure?.message).toContain(`at byte ${second}: a packet of 4294967295 bytes`);
  expect(reader.push(conversation().syn().pcap())).toEqual([]);
});

test.each([
  ['an odd block length', (ng: Blocks) => patched(ng.enhanced(0, 1n, HELLO), 4, 21)],
  ['an absurd block length', (ng: Blocks) => patched(ng.enhanced(0, 1n, HELLO), 4, 0x7ffffffc)],
  ['two lengths that differ', (ng: Blocks) => patched(ng.enhanced(0, 1n, HELLO), 36, 44)],
  ['an interface that nobody declared', (ng: Blocks) => ng.enhanced(7, 1n, HELLO)],
  ['more captured bytes than the block', (ng: Blocks) => patched(ng.enhanced(0, 1n, HELLO), 20, 900)],
  ['statistics of no interface', (ng: Blocks) => ng.statistics(9)],
  ['an empty interface block', (ng: Blocks) => ng.block(1)],
  ['an empty packet block', (ng: Blocks) => ng.block(6)],
  ['a section of neither byte order', (ng: Blocks) => patched(ng.section(), 8, 1)],
])('pcapng with %s is corrupt', (_, block) => {
  const ng = pcapngBlocks();
  const before = join(ng.section(), ng.interface(1), ng.enhanced(0, 1n, HELLO));
  const { reader, seen } = read(before, block(ng), ng.enhanced(0, 2n, HELLO));
  expect(seen).toHaveLength(1);
  expect(reader.failure?.code).toBe('CAPTURE_CORRUPT');
  expect(reader.failure?.message).toContain(`at byte ${before.length}: `);
});

test('a simple packet before any interface is corrupt', () => {
  const ng = pcapngBlocks();
  expect(read(ng.section(), ng.simple(HELLO)).reader.failure?.code).toBe('CAPTURE_CORRUPT');
});

test('an unknown link type in a pcapng fails it only when nothing else is in it', () => {
  const ng = pcapngBlocks();
  const both = [ng.section(), ng.interface(999), ng.interface(1), ng.enhanced(0, 1n, HELLO)];
  const alone = read(...both);
  expect(alone.seen).toHaveLength(1);
  expect(alone.reader.failure?.code).toBe('CAPTURE_LINK_TYPE');
  expect(read(...both, ng.enhanced(1, 2n, HELLO)).reader.failure).toBeUndefined();
});

test('a gzipped capture reads when unpacked', () => {
  expect(read(gunzipSync(gzipSync(conversation().syn().pcap()))).seen).toHaveLength(1);
});

type Blocks = ReturnType<typeof pcapngBlocks>;

function patched(block: Uint8Array, at: number, value: number): Uint8Array {
  new DataView(block.buffer).setUint32(at, value, true);
  return block;
}
