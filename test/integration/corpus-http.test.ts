/** Real captures of other projects against what independent judges counted in them. */
import { expect } from 'vitest';
import { exchangesOf } from '../support/corpus/exchanges-of.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { describeWith, requires, testWith } from '../support/requirements.ts';

/** Differences that a named judge confirms: file → why we count otherwise. */
const EXPLAINED: Readonly<Record<string, { requests: number; responses: number; reason: string }>> = {
  'zeek+zeek/testing/btest/Traces/vlan-collisions.pcap': {
    requests: 3,
    responses: 3,
    reason: 'one conversation recorded under three VLAN tags: the network is part of a flow here; tshark merges them',
  },
  'zeek+zeek/testing/btest/Traces/tcp/payload-synack.pcap': {
    requests: 0,
    responses: 0,
    reason: 'the request stands in a SYN-ACK: by the handshake, as tshark shows it too, it comes from the server',
  },
};

describeWith(['corpus'], 'requests and responses of the corpus', () => {
  const files = requires('corpus').met ? readCorpusIndex().filter(({ httpConfidence }) => httpConfidence === 'A') : [];

  for (const file of files) {
    testWith([], `${file.file}: ${file.requests} requests, ${file.responses} responses`, async () => {
      const { exchanges: all, ledger } = await exchangesOf(file.path);
      const exchanges = all.filter(({ protocol }) => protocol === 'http1');
      // The judges count an interim 1xx as a response; here it is part of its exchange.
      const requests = exchanges.filter(({ request }) => request !== undefined).length;
      const finals = exchanges.filter(({ response }) => response !== undefined).length;
      const interim = exchanges.reduce((sum, exchange) => sum + exchange.interim.length, 0);
      const expected = EXPLAINED[file.file] ?? file;
      expect({ requests, responses: finals + interim }).toEqual({
        requests: expected.requests,
        responses: expected.responses,
      });
      expect(ledger.balanced, JSON.stringify(ledger.accounts)).toBe(true);
    });
  }
});
