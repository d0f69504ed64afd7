/** What the tests wrap in layers, tshark unwraps as we do: so that builder and decoder are not wrong in the same way. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Packet } from '../../core/index.ts';
import { conversation, type LayerFields, pcapOf } from '../support/packets/index.ts';
import { testWith } from '../support/requirements.ts';
import { decode } from '../unit/collector/decode/decoded.ts';

const FRAME: LayerFields = { kind: 'ethernet' };
const V6_ENDS = ['2001:db8::1', '2001:db8::2'] as const;

/** Layers, and how tshark calls the one that matters. */
const STACKS: readonly (readonly [tshark: string, ...layers: LayerFields[]])[] = [
  ['vlan', { kind: 'vlan', id: 5 }],
  ['llc', { kind: 'snap' }],
  ['ieee8021ah', { kind: 'pbb', service: 7 }],
  ['mpls', { kind: 'mpls', labels: [16, 17] }],
  ['pppoes', { kind: 'pppoe', session: 3 }],
  ['pppoes', { kind: 'pppoe', session: 3, compressed: true }],
  ['ip:ip', { kind: 'ip-in-ip' }],
  ['ipv6:ip', { kind: 'ip-in-ip', ends: V6_ENDS }],
  ['gre:ppp', { kind: 'pptp' }],
  ['gtp', { kind: 'gtp' }],
  ['gre', { kind: 'gre' }],
  ['gre', { kind: 'gre', key: 4, checksum: true, sequence: 2, ends: V6_ENDS }],
  ['gre:eth', { kind: 'gre', key: 4 }, FRAME],
  ['gre:mpls', { kind: 'gre' }, { kind: 'mpls', labels: [5] }],
  ['erspan', { kind: 'erspan', version: 1, session: 0 }],
  ['erspan', { kind: 'erspan', version: 2, session: 9, vlan: 4 }],
  ['erspan', { kind: 'erspan', version: 3, session: 9 }],
  ['vxlan', { kind: 'vxlan', network: 9 }],
  ['udp:ip', { kind: 'vxlan-gpe', network: 9 }],
  ['udp:eth', { kind: 'vxlan-gpe', network: 9 }, FRAME],
  ['geneve:ip', { kind: 'geneve', network: 9 }],
  ['geneve:eth', { kind: 'geneve', network: 9 }, FRAME],
  ['gre:eth', { kind: 'vlan', id: 3 }, { kind: 'vxlan', network: 1 }, { kind: 'gre', key: 1 }, FRAME],
];

testWith(['tshark'], 'tshark finds the same segment in every stack of layers', () => {
  const packets = STACKS.map(([, ...layers]) => conversation({ layers }).client('hello').packets[0] as Packet);
  const fields = ['frame.protocols', 'tcp.srcport', 'tcp.payload'].flatMap((field) => ['-e', field]);
  const folder = mkdtempSync(join(tmpdir(), 'layers-'));
  const file = join(folder, 'layers.pcap');
  writeFileSync(file, pcapOf(packets));
  const { stdout } = spawnSync('tshark', ['-n', '-r', file, '-T', 'fields', ...fields], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBe(STACKS.length);
  for (const [index, [name]] of STACKS.entries()) {
    const [protocols, port, payload = ''] = (lines[index] ?? '').split('\t');
    expect(protocols).toContain(`:${name}:`);
    const ours = decode(packets[index] as Packet);
    expect([ours.outcome, `${ours.segment.sourcePort}`, ours.payload], protocols).toEqual([
      'segment',
      port,
      Buffer.from(payload, 'hex').toString('latin1'),
    ]);
  }
});
