/**
 * Real captures of all layers: what tshark decodes as TCP is decoded here, what it does not is ignored by a name, and
 * questions and answers of DNS over UDP are as many as the index says. Differences are listed, with their reason and who
 * confirms it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { PacketDecoder } from '../../collector/decode/packet-decoder.ts';
import { Ledger } from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { testWith } from '../support/requirements.ts';

/** File → frames that tshark decodes as TCP and we do not. */
const NOT_DECODED: Readonly<Record<string, { readonly frames: readonly number[]; readonly why: string }>> = {
  'zeek+zeek/testing/btest/Traces/ipv4/fragmented-4.pcap': {
    frames: [5],
    why: 'fragments overlap with other bytes (fragment-teardrop); tshark says so too, in ip.fragment.overlap.conflict',
  },
};

const OVER_TCP = 'DNS over TCP, which tshark shows as tcp:dns';
const IN_ICMP = 'quoted in an ICMP error, which tshark shows as icmp:ip:udp:dns';

/** File → questions and answers of DNS that the index counts and that are not in UDP of their own. */
const OTHER_DNS: Readonly<Record<string, readonly [queries: number, responses: number, why: string]>> = {
  'dns-tcp-multirequest-buffer.pcap': [20, 20, OVER_TCP],
  'dns-tcp.pcap': [2, 2, OVER_TCP],
  'dns_tcp_axfr.pcap': [1, 1, OVER_TCP],
  'dns_over_tcp.pcapng': [1, 2, OVER_TCP],
  'dns_tcp.pcap': [1, 1, OVER_TCP],
  'dns-edns-cookie.pcap': [2, 2, OVER_TCP],
  'dns-edns-ecs.pcap': [1, 8, OVER_TCP],
  'gre-sample.pcap': [2, 0, IN_ICMP],
  'v6.pcap': [0, 1, IN_ICMP],
};

function decodeFile(path: string) {
  const raw = readFileSync(path);
  const reader = new CaptureReader(path);
  const ledger = new Ledger();
  const decoder = new PacketDecoder({ checksums: 'ignore' }, { ledger });
  const packets = reader.push(raw[0] === 0x1f ? gunzipSync(raw) : raw);
  const segments = packets.flatMap((packet, index) => (decoder.decode(packet) === 'segment' ? [index + 1] : []));
  reader.end();
  return { segments, ledger, failure: reader.failure };
}

/** Frames with TCP of their own, not of a packet that an ICMP error quotes. */
function tsharkFrames(path: string): readonly number[] {
  const filter = 'tcp and not icmp and not icmpv6';
  const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number'], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean).map(Number);
}

testWith(
  ['corpus', 'tshark'],
  'frames of every link layer, tunnel and fragment are TCP where tshark says so',
  () => {
    const files = readCorpusIndex().filter(({ category }) => ['link', 'ipfrag', 'gap'].includes(category));
    const explained: string[] = [];
    for (const { file, path } of files) {
      const { segments, failure } = decodeFile(path);
      expect(failure, file).toBeUndefined();
      const other = NOT_DECODED[file];
      if (other !== undefined) explained.push(`    ${file}: frame ${other.frames.join()}: ${other.why}`);
      expect(segments, file).toEqual(tsharkFrames(path).filter((frame) => other?.frames.includes(frame) !== true));
    }
    const equal = files.length - explained.length;
    console.log(
      [`  captures tried ${files.length}, equal ${equal}, explained ${explained.length}`, ...explained].join('\n'),
    );
    expect(files.length).toBeGreaterThan(50);
  },
  120_000,
);

testWith(['corpus'], 'questions and answers of DNS are as many as the index says', () => {
  const explained: string[] = [];
  let withDns = 0;
  for (const { file, path, category, dnsQueries, dnsResponses } of readCorpusIndex()) {
    if (category === 'http-conformance') continue;
    const { ledger } = decodeFile(path);
    const [queries, responses, why] = OTHER_DNS[file.slice(file.lastIndexOf('/') + 1)] ?? [0, 0, ''];
    if (why !== '') explained.push(`    ${file}: ${queries} and ${responses} ${why}`);
    const counted = [ledger.fact('dns-queries') + queries, ledger.fact('dns-responses') + responses];
    expect(counted, file).toEqual([dnsQueries, dnsResponses]);
    if (dnsQueries + dnsResponses > 0) withDns++;
  }
  console.log([`  captures with DNS ${withDns}, explained ${explained.length}`, ...explained].join('\n'));
  expect(withDns).toBeGreaterThan(20);
});
