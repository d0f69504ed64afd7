/** Flows of other protocols in real captures: recognised by name, and kept as sessions with every byte that was seen. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { messageBytes } from '../../core/index.ts';
import { exchangesOf } from '../support/corpus/exchanges-of.ts';
import { CORPUS_DIR } from '../support/machine.ts';
import { describeWith, testWith } from '../support/requirements.ts';

/** File → its flows by name, as tshark names them too; `unknown` is no protocol that has a name. */
const FLOWS: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  ['OISF+suricata-verify/tests/dns/dns-tcp-multirequest-buffer/dns-tcp-multirequest-buffer.pcap', { dns: 1 }],
  ['arkime+arkime/tests/pcap/dns-tcp.pcap', { dns: 2 }],
  ['ekmixon+beats/packetbeat/tests/system/pcaps/dns_tcp_axfr.pcap', { dns: 1 }],
  ['seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/dns_over_tcp.pcapng', { dns: 3 }],
  ['the-tcpdump-group+tcpdump/tests/dns_tcp.pcap', { dns: 1 }],
  ['zeek+zeek/testing/btest/Traces/dns-edns-ecs.pcap', { dns: 8 }],
  ['arkime+arkime/tests/pcap/y2038-bgp.pcap', { bgp: 2 }],
  ['zeek+zeek/testing/btest/Traces/tcp/ssh-dups.pcap', { ssh: 1 }],
  ['zeek+zeek/testing/btest/Traces/tunnels/gre-sample.pcap', { ssh: 1 }],
  ['OISF+suricata-verify/tests/bug-2646-01/input.pcap', { tls: 1 }],
  ['OISF+suricata-verify/tests/bug-8629-async-oneside/input.pcap', { smb: 1 }],
  ['OISF+suricata-verify/tests/tcp-async-01/input.pcap', { imap: 1 }],
  [
    'seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/one_tcp_stream_fin_rst_close_packet.pcap',
    { mysql: 1, 'proxy-protocol': 1 },
  ],
  ['zeek+zeek/testing/btest/Traces/mixed-vlan-mpls.pcap', { http1: 2, telnet: 1 }],
  ['zeek+zeek/testing/btest/Traces/tunnels/socks.pcap', { http1: 1, socks: 1 }],
  ['arkime+arkime/tests/pcap/socks-http-example.pcap', { http1: 3, socks: 3 }],
  ['OISF+suricata-verify/tests/bug-2430/backwards.pcap', { http1: 1, tunnel: 1, tls: 1 }],
  ['zeek+zeek/testing/btest/Traces/http/connect-with-header.pcap', { http1: 1, tunnel: 1, tls: 1 }],
  ['OISF+suricata-verify/tests/http-connect/http-connect-fragmented/input.pcap', { http1: 2, tunnel: 1 }],
  ['zeek+zeek/testing/btest/Traces/http/docker-http-upgrade.pcap', { http1: 3, tunnel: 1, unknown: 1 }],
  ['arkime+arkime/tests/pcap/websocket.pcap', { http1: 1, tunnel: 1, websocket: 1 }],
  ['zeek+zeek/testing/btest/Traces/websocket/jupyter-websocket.pcap', { http1: 1, tunnel: 1, websocket: 1 }],
];

describeWith(['corpus'], 'flows of the corpus by name', () => {
  for (const [file, flows] of FLOWS) {
    testWith([], `${file}: ${JSON.stringify(flows)}`, async () => {
      const { exchanges, ledger } = await exchangesOf(join(CORPUS_DIR, file));
      const named = Object.entries(ledger.facts).flatMap(([fact, count]) =>
        fact.startsWith('flows:') && fact !== 'flows:empty' ? [[fact.slice('flows:'.length), count] as const] : [],
      );
      expect(Object.fromEntries(named)).toEqual(flows);
      expect(ledger.balanced, JSON.stringify(ledger.accounts)).toBe(true);
      for (const { protocol, request, response, turns } of exchanges) {
        if (protocol !== 'tcp') continue;
        const spoken = turns.reduce((sum, { byteCount }) => sum + byteCount, 0);
        expect(spoken).toBe((request?.byteCount ?? 0) + (response?.byteCount ?? 0));
        for (const message of [request, response]) {
          const missing = message?.missing.reduce((sum, { byteCount }) => sum + byteCount, 0) ?? 0;
          expect(message === undefined ? 0 : messageBytes(message).length + missing).toBe(message?.byteCount ?? 0);
        }
      }
    });
  }
});
