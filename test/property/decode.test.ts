/** Decoding whatever comes: any stack of layers hides nothing, and no damage throws or loses a packet from the ledger. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PacketDecoder } from '../../collector/decode/packet-decoder.ts';
import { StreamAssembler } from '../../collector/index.ts';
import { Ledger, LINK_TYPE, type Packet, type StreamChunk } from '../../core/index.ts';
import { type Conversation, conversation, type LayerFields, packetOf } from '../support/packets/index.ts';

const number24 = fc.nat(0xffffff);
const address = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255)).map(([high, low]) => `192.0.${high}.${low}`),
  fc.nat(0xffff).map((word) => `2001:db8::${(word + 1).toString(16)}`),
);
/** Two ends of one IP version. */
const ends = fc.tuple(address, address).filter(([one, other]) => one.includes(':') === other.includes(':'));

/** One or two layers that IP, or a frame, may stand in. */
const tunnel: fc.Arbitrary<readonly LayerFields[]> = fc.oneof(
  fc.integer({ min: 1, max: 4094 }).map((id): LayerFields[] => [{ kind: 'vlan', id }]),
  fc.constant<LayerFields[]>([{ kind: 'mpls', labels: [16, 3] }]),
  fc.boolean().map((controlWord): LayerFields[] => [{ kind: 'mpls', labels: [9], controlWord }, { kind: 'ethernet' }]),
  fc.nat(0xffff).map((session): LayerFields[] => [{ kind: 'pppoe', session }]),
  ends.map((pair): LayerFields[] => [{ kind: 'ip-in-ip', ends: pair }]),
  ends.map((pair): LayerFields[] => [{ kind: 'pptp', ends: pair }]),
  ends.map((pair): LayerFields[] => [{ kind: 'gtp', ends: pair }]),
  fc
    .record({ key: fc.nat(0xffffffff), checksum: fc.boolean(), sequence: fc.nat(9), ends, frame: fc.boolean() })
    .map(({ frame, ...gre }): LayerFields[] => [
      { kind: 'gre', ...gre },
      ...(frame ? [{ kind: 'ethernet' } as const] : []),
    ]),
  fc
    .record({ version: fc.constantFrom(1, 2, 3), session: fc.nat(1023), ends })
    .map((erspan): LayerFields[] => [{ kind: 'erspan', ...(erspan as { version: 1 | 2 | 3; session: number }) }]),
  fc
    .record({ kind: fc.constantFrom('vxlan', 'vxlan-gpe', 'geneve'), network: number24, ends, frame: fc.boolean() })
    .map(({ frame, kind, ...rest }): LayerFields[] => [
      { kind: kind as 'vxlan', ...rest },
      ...(frame ? [{ kind: 'ethernet' } as const] : []),
    ]),
);

/** PPP carries IP and MPLS only, so what stands in it must be one of those. */
function fits(layers: readonly LayerFields[]): boolean {
  const inPpp = ['ip-in-ip', 'gre', 'erspan', 'vxlan', 'vxlan-gpe', 'geneve', 'gtp', 'pptp', 'mpls', undefined];
  return layers.every(({ kind }, index) => {
    const inside = layers[index + 1]?.kind;
    switch (kind) {
      case 'pppoe':
      case 'pptp':
        return inPpp.includes(inside);
      case 'ip-in-ip':
      case 'gtp':
        return inside !== 'mpls' && inPpp.includes(inside);
      case 'vxlan-gpe':
        return inside === 'ethernet' || inPpp.includes(inside);
      case 'mpls':
        return inside === 'ethernet' || (inside !== 'mpls' && inPpp.includes(inside));
      default:
        return true;
    }
  });
}

const stack = fc
  .array(tunnel, { maxLength: 3 })
  .map((tunnels) => tunnels.flat())
  .filter(fits);

function talk(options: Parameters<typeof conversation>[0]): Conversation {
  return conversation(options).handshake().client('GET / HTTP/1.1\r\n\r\n').server('y'.repeat(3_000)).close();
}

function chunksOf(packets: readonly Packet[]): { chunks: readonly StreamChunk[]; ledger: Ledger } {
  const ledger = new Ledger();
  const assembler = new StreamAssembler({}, { ledger });
  return { chunks: [...assembler.pushAll(packets), ...assembler.end(packets.at(-1)?.at ?? 0)], ledger };
}

/** Chunks but for the network, which is what differs. */
function essence(chunks: readonly StreamChunk[]) {
  return chunks.map((chunk) => {
    const { id, client, server } = chunk.flow;
    const bytes = chunk.kind === 'data' ? Buffer.from(chunk.bytes).toString('latin1') : '';
    return { ...chunk, bytes, flow: { id, client, server } };
  });
}

test('a conversation in any stack of layers gives the same chunks', () => {
  const links = [LINK_TYPE.ethernet, LINK_TYPE.linuxSll, LINK_TYPE.linuxSll2, LINK_TYPE.cHdlc, LINK_TYPE.atmRfc1483];
  fc.assert(
    fc.property(stack, fc.constantFrom(...links), fc.boolean(), (layers, linkType, ipv6) => {
      const options = ipv6 ? { client: '[fe80::1]:4000', server: '[fe80::2]:80' } : {};
      const plain = chunksOf(talk(options).packets);
      const wrapped = chunksOf(talk({ ...options, layers, linkType }).packets);
      expect(essence(wrapped.chunks)).toEqual(essence(plain.chunks));
      expect(wrapped.ledger.report().balanced).toBe(true);
      const networks = new Set(wrapped.chunks.map((chunk) => chunk.flow.network));
      expect(networks.size).toBe(1);
    }),
    { numRuns: 300 },
  );
});

/** Ids tell equal handshakes in several networks apart. */
function withoutId(step: ReturnType<typeof essence>[number]) {
  return { ...step, flow: { ...step.flow, id: '' } };
}

test('the same conversation in a hundred networks is a hundred flows', () => {
  const traces = Array.from({ length: 100 }, (_, network) => talk({ layers: [{ kind: 'vxlan', network }] }).trace());
  const [first, ...others] = traces;
  const { chunks, ledger } = chunksOf(first?.mergedWith(...others).packets ?? []);
  expect([ledger.fact('flows'), ledger.fact('flows-evicted')]).toEqual([100, 0]);
  const plain = essence(chunksOf(talk({}).packets).chunks);
  for (const network of [0, 99]) {
    const own = chunks.filter((chunk) => chunk.flow.network === `vxlan:${network}`);
    expect(essence(own).map(withoutId)).toEqual(plain.map(withoutId));
  }
});

test('damage anywhere in a stack of layers never throws, and each packet has one place', () => {
  const damage = fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 8 });
  const cut = fc.option(fc.nat(300), { nil: undefined });
  fc.assert(
    fc.property(
      stack,
      fc.array(fc.tuple(damage, cut), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (layers, all, verifies) => {
        const ledger = new Ledger();
        const checksums = verifies ? 'verify' : 'ignore';
        const assembler = new StreamAssembler({ checksums }, { ledger });
        const [packet] = conversation({ layers }).client('x'.repeat(40)).packets as [Packet];
        for (const [changes, captured] of all) {
          const bytes = Uint8Array.from(packet.data);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const end = Math.min(captured ?? bytes.length, bytes.length);
          assembler.push({ ...packet, data: bytes, end });
          expect(ledger.report()).toMatchObject({ balanced: true });
        }
        assembler.end(packet.at);
        expect(ledger.report()).toMatchObject({ balanced: true, accounts: { packets: { in: all.length, held: 0 } } });
      },
    ),
    { numRuns: 1_000 },
  );
});

test('random bytes behind any type or protocol never throw, and what is read lies in the packet', () => {
  const types = [0x0800, 0x86dd, 0x8100, 0x8847, 0x8864, 0x88e7, 0x8903, 0x8909, 0x6558, 0x880b, 30];
  const protocols = [4, 6, 17, 41, 44, 47, 51, 60];
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom(...protocols),
      fc.constantFrom(0, 0x88be, 0x22eb, 0x883e, 0x880b, 0x6558),
      fc.uint8Array({ minLength: 40, maxLength: 200 }),
      fc.nat(60),
      (etherType, protocol, greType, bytes, snapped) => {
        const data = Uint8Array.from(bytes);
        const view = new DataView(data.buffer);
        view.setUint16(12, etherType);
        if (etherType === 0x0800) {
          view.setUint8(14, 0x45);
          view.setUint16(16, data.length - 14);
          view.setUint16(20, 0);
          view.setUint8(23, protocol);
          view.setUint16(36, protocol === 17 ? ([4789, 4790, 6081, 2152][greType % 4] ?? 0) : greType);
        }
        const decoder = new PacketDecoder({ checksums: 'ignore' }, { ledger: new Ledger() });
        const captured = Math.max(1, data.length - snapped);
        const outcome = decoder.decode(packetOf(data, { linkType: LINK_TYPE.ethernet, captured }));
        expect(outcome).toMatch(/./);
        if (outcome !== 'segment') return;
        const { segment } = decoder;
        expect(segment.start).toBeLessThanOrEqual(segment.end);
        expect(segment.end).toBeLessThanOrEqual(captured);
        expect(segment.byteCount).toBeGreaterThanOrEqual(segment.end - segment.start);
      },
    ),
    { numRuns: 5_000 },
  );
});
