/**
 * Real captures of other projects against what independent judges counted in them: where they agree among themselves
 * (confidence A and B) so must we, or a named judge confirms why not. Where they do not (C and D), what we find is
 * listed. Each file is read twice: as it is, and with other link type, ports and sequence numbers.
 */
import { afterAll, expect } from 'vitest';
import { changed } from '../support/corpus/changed-capture.ts';
import { exchangesOf } from '../support/corpus/exchanges-of.ts';
import { type CorpusFile, readCorpusIndex } from '../support/corpus/index-file.ts';
import { describeWith, requires, testWith } from '../support/requirements.ts';

interface Counts {
  readonly requests: number;
  readonly responses: number;
}

/** Files of confidence A and B that we count otherwise, and why; at most 3 in 100. */
const EXPLAINED: Readonly<Record<string, Counts & { readonly reason: string }>> = {
  'zeek+zeek/testing/btest/Traces/vlan-collisions.pcap': {
    requests: 3,
    responses: 3,
    reason:
      'one conversation under three VLAN tags: the network is part of a flow here; tshark by VLAN shows three too',
  },
  'zeek+zeek/testing/btest/Traces/tcp/payload-synack.pcap': {
    requests: 0,
    responses: 0,
    reason: 'the request stands in a SYN-ACK: by the handshake, as tshark shows it too, it comes from the server',
  },
};

/** The judges count an interim 1xx as a response; here it is part of its exchange. */
async function countsOf(path: string, as?: typeof changed) {
  const { exchanges, ledger } = await exchangesOf(path, as);
  const http = exchanges.filter(({ protocol }) => protocol === 'http1');
  const interim = http.reduce((sum, exchange) => sum + exchange.interim.length, 0);
  return {
    requests: http.filter(({ request }) => request !== undefined).length,
    responses: http.filter(({ response }) => response !== undefined).length + interim,
    outcomes: http.map(({ outcome, reason, notes }) => [outcome, reason, ...notes].filter((word) => word !== '')),
    ledger,
  };
}

const inWords = ({ requests, responses }: Counts) => `${requests}/${responses}`;

/** How often each outcome occurs, the commonest first. */
function outcomesInWords(outcomes: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const words of outcomes) counts.set(words.join(' '), (counts.get(words.join(' ')) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([words, count]) => `${count} ${words}`)
    .join('; ');
}

describeWith(['corpus'], 'requests and responses of the corpus', () => {
  const files = requires('corpus').met ? readCorpusIndex().filter(({ httpConfidence }) => httpConfidence !== '') : [];
  const certain = files.filter(({ httpConfidence }) => httpConfidence === 'A' || httpConfidence === 'B');
  const uncertain = files.filter((file) => !certain.includes(file));
  const rows = { equal: 0, explained: [] as string[], unexplained: [] as string[], uncertain: [] as string[] };

  for (const file of certain) {
    testWith([], `${file.httpConfidence} ${file.file}: ${inWords(file)}`, async () => {
      const found = await countsOf(file.path);
      const explained = EXPLAINED[file.file];
      if (inWords(found) === inWords(file)) rows.equal++;
      else if (explained !== undefined && inWords(found) === inWords(explained)) {
        rows.explained.push(`${file.file}: ${inWords(found)}, judges ${inWords(file)}: ${explained.reason}`);
      } else rows.unexplained.push(`${file.file}: ${inWords(found)}, judges ${inWords(file)}`);
      expect(inWords(found)).toBe(inWords(explained ?? file));
      expect(found.ledger.balanced, JSON.stringify(found.ledger.accounts)).toBe(true);
      expect(inWords(await countsOf(file.path, changed))).toBe(inWords(found));
    });
  }

  for (const file of uncertain) {
    testWith([], `${file.httpConfidence} ${file.file}: listed`, async () => {
      const found = await countsOf(file.path);
      rows.uncertain.push(rowOf(file, found, outcomesInWords(found.outcomes)));
      expect(found.ledger.balanced, JSON.stringify(found.ledger.accounts)).toBe(true);
      expect(inWords(await countsOf(file.path, changed))).toBe(inWords(found));
    });
  }

  testWith([], 'at most 3 differences in 100 files need an explanation', () => {
    expect(rows.explained.length / files.length).toBeLessThanOrEqual(0.03);
    expect(rows.unexplained).toEqual([]);
  });

  afterAll(() => {
    const { equal, explained, unexplained } = rows;
    console.log(
      [
        `HTTP of the corpus: ${files.length} files tried; the judges are certain of ${certain.length}: ` +
          `${equal} equal, ${explained.length} explained, ${unexplained.length} unexplained`,
        ...explained.map((row) => `  explained    ${row}`),
        ...unexplained.map((row) => `  UNEXPLAINED  ${row}`),
        'requests/responses where the judges are not certain: ours, theirs, what became of ours',
        ...rows.uncertain,
      ].join('\n'),
    );
  });
});

function rowOf(file: CorpusFile, found: Counts, became: string): string {
  return `  ${file.httpConfidence} ${inWords(found).padStart(7)} ${inWords(file).padStart(7)}  ${file.file}\n                     ${became}`;
}
