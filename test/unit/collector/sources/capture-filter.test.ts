import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type CaptureFilterOptions, captureFilter } from '../../../../collector/index.ts';
import { LINK_TYPE } from '../../../../core/index.ts';
import { conversation, type LayerFields, pcapOf } from '../../../support/packets/index.ts';
import { findProgram, testWith } from '../../../support/requirements.ts';

describe('the candidates', () => {
  test('the widest looks behind two VLAN tags, the last behind none', () => {
    const [widest = '', narrow = '', ...more] = captureFilter([80]);
    expect(widest.match(/\bvlan\b/g)).toHaveLength(2);
    expect(narrow).not.toContain('vlan');
    expect(more).toEqual([]);
  });

  test("the user's own VLAN comes before the ports, which are looked for behind it", () => {
    const [only = ''] = captureFilter([80], { extra: 'vlan 12' });
    expect(only.indexOf('vlan 12')).toBeLessThan(only.indexOf('tcp port 80'));
  });
});

const IPV6_ENDS = ['fd00::1', 'fd00::2'] as const;
const TUNNELS: readonly (readonly [string, readonly LayerFields[]])[] = [
  ['VXLAN', [{ kind: 'vxlan', network: 7 }]],
  ['VXLAN over IPv6', [{ kind: 'vxlan', network: 7, ends: IPV6_ENDS }]],
  [
    'VXLAN behind a tag',
    [
      { kind: 'vlan', id: 12 },
      { kind: 'vxlan', network: 7 },
    ],
  ],
  ['VXLAN-GPE', [{ kind: 'vxlan-gpe', network: 7 }]],
  ['Geneve', [{ kind: 'geneve', network: 7 }]],
  ['GTP', [{ kind: 'gtp' }]],
  ['GRE', [{ kind: 'gre', key: 5 }]],
  ['GRE over IPv6', [{ kind: 'gre', ends: IPV6_ENDS }]],
  ['ERSPAN', [{ kind: 'erspan', version: 2, session: 3 }]],
  ['IP in IP', [{ kind: 'ip-in-ip' }]],
  ['MPLS', [{ kind: 'mpls', labels: [16, 17] }]],
  ['PPPoE', [{ kind: 'pppoe', session: 4 }]],
];

/** How many packets of the capture tcpdump lets through by the widest candidate that it takes. */
function letThrough(pcap: Uint8Array, ports: readonly number[], options?: CaptureFilterOptions): number {
  const tcpdump = findProgram('tcpdump') ?? '';
  for (const filter of captureFilter(ports, options)) {
    try {
      const kept = execFileSync(tcpdump, ['-r', '-', '-w', '-', filter], {
        input: pcap,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      return countRecords(kept);
    } catch {
      // The next candidate is for link types that refuse this one.
    }
  }
  return -1;
}

function countRecords(pcap: Buffer): number {
  let count = 0;
  for (let at = 24; at < pcap.length; at += 16 + pcap.readUInt32LE(at + 8)) count++;
  return count;
}

function talk(options: Parameters<typeof conversation>[0]) {
  return conversation(options).handshake().client('GET / HTTP/1.1\r\n\r\n').server('HTTP/1.1 200 OK\r\n\r\n').trace();
}

const cases = [
  ['untagged', {}],
  ['tagged', { vlans: [12] }],
  ['tagged twice', { vlans: [12, 7] }],
  ['IPv6', { client: '[fd00::1]:40000', server: '[fd00::2]:80' }],
  ['IPv6, tagged', { client: '[fd00::1]:40000', server: '[fd00::2]:80', vlans: [12] }],
  ['cooked v1', { linkType: LINK_TYPE.linuxSll }],
  ['cooked v2', { linkType: LINK_TYPE.linuxSll2 }],
  ['raw IP', { linkType: LINK_TYPE.raw }],
] as const;

describe('what the filter lets through', () => {
  for (const [name, options] of cases) {
    testWith(['tcpdump'], name, () => {
      const { packets } = talk(options);
      expect(letThrough(pcapOf(packets), [80, 8080])).toBe(packets.length);
      expect(letThrough(pcapOf(packets), [443])).toBe(0);
      expect(letThrough(pcapOf(packets), [])).toBe(packets.length);
    });
  }

  testWith(['tcpdump'], 'a further condition holds behind tags too', () => {
    const pcap = pcapOf(talk({ vlans: [12, 7] }).packets);
    expect(letThrough(pcap, [80], { extra: 'host 10.0.0.1' })).toBeGreaterThan(0);
    expect(letThrough(pcap, [80], { extra: 'host 10.9.9.9' })).toBe(0);
    expect(letThrough(pcap, [80], { extra: 'vlan 12 and vlan 7' })).toBeGreaterThan(0);
    expect(letThrough(pcap, [80], { extra: 'vlan 13' })).toBe(0);
  });

  for (const [name, layers] of TUNNELS) {
    testWith(['tcpdump'], `${name}, where tunnels are asked for`, () => {
      const { packets } = talk({ layers });
      expect(letThrough(pcapOf(packets), [80], { tunnels: true })).toBe(packets.length);
      expect(letThrough(pcapOf(packets), [80])).toBe(0);
    });
  }

  testWith(['tcpdump'], 'no other ports beside tunnels; and tunnels on links without frames', () => {
    const layers: LayerFields[] = [{ kind: 'vxlan', network: 7 }];
    expect(letThrough(pcapOf(talk({}).packets), [443], { tunnels: true })).toBe(0);
    for (const linkType of [LINK_TYPE.raw, LINK_TYPE.linuxSll2]) {
      const { packets } = talk({ layers, linkType });
      expect(letThrough(pcapOf(packets), [443], { tunnels: true })).toBe(packets.length);
      expect(letThrough(pcapOf(talk({ linkType }).packets), [443], { tunnels: true })).toBe(0);
    }
  });

  testWith(['tcpdump'], 'later IPv4 fragments, which carry no ports', () => {
    const [first] = talk({}).packets;
    if (first === undefined) throw new Error('the conversation has packets');
    const fragment = Uint8Array.from(first.data.subarray(first.start, first.end));
    fragment[14 + 7] = 100;
    const packet = { ...first, data: fragment, start: 0, end: fragment.length };
    expect(letThrough(pcapOf([packet]), [9])).toBe(1);
  });
});
