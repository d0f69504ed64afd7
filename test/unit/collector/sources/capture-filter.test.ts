import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { captureFilter } from '../../../../collector/index.ts';
import { LINK_TYPE } from '../../../../core/index.ts';
import { conversation, pcapOf } from '../../../support/packets/index.ts';
import { findProgram, testWith } from '../../../support/requirements.ts';

describe('the candidates', () => {
  test('the widest looks behind two VLAN tags, the last behind none', () => {
    const [widest = '', narrow = '', ...more] = captureFilter([80]);
    expect(widest.match(/\bvlan\b/g)).toHaveLength(2);
    expect(narrow).not.toContain('vlan');
    expect(more).toEqual([]);
  });

  test("the user's own VLAN comes before the ports, which are looked for behind it", () => {
    const [only = ''] = captureFilter([80], 'vlan 12');
    expect(only.indexOf('vlan 12')).toBeLessThan(only.indexOf('tcp port 80'));
  });
});

/** How many packets of the capture tcpdump lets through by the widest candidate that it takes. */
function letThrough(pcap: Uint8Array, ports: readonly number[], extra?: string): number {
  const tcpdump = findProgram('tcpdump') ?? '';
  for (const filter of captureFilter(ports, extra)) {
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
    expect(letThrough(pcap, [80], 'host 10.0.0.1')).toBeGreaterThan(0);
    expect(letThrough(pcap, [80], 'host 10.9.9.9')).toBe(0);
    expect(letThrough(pcap, [80], 'vlan 12 and vlan 7')).toBeGreaterThan(0);
    expect(letThrough(pcap, [80], 'vlan 13')).toBe(0);
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
