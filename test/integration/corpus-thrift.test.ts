/**
 * Thrift of real captures against what independent judges counted in them, and all other captures, in which nothing may
 * be taken for Thrift. The judges (tshark's dissector) do not know TTHeader.
 */
import { expect } from 'vitest';
import { exchangesOf } from '../support/corpus/exchanges-of.ts';
import { type CorpusFile, readCorpusIndex } from '../support/corpus/index-file.ts';
import { describeWith, requires, testWith } from '../support/requirements.ts';

const messagesOf = (file: CorpusFile) =>
  file.thriftCalls + file.thriftReplies + file.thriftExceptions + file.thriftOneways;

describeWith(['corpus'], 'Thrift of the corpus', () => {
  const files = requires('corpus').met ? readCorpusIndex() : [];
  const spoken = files.filter((file) => messagesOf(file) > 0);
  const others = files.filter((file) => messagesOf(file) === 0 && /\.(pcap|pcapng|cap)$/.test(file.path));

  for (const file of spoken) {
    const { thriftCalls, thriftReplies, thriftExceptions, thriftOneways } = file;
    const counts = `${thriftCalls} calls, ${thriftReplies} replies, ${thriftExceptions} exceptions, ${thriftOneways} oneways`;
    testWith([], `${file.file}: ${counts}`, async () => {
      const { exchanges, ledger } = await exchangesOf(file.path);
      const { facts, balanced, accounts } = ledger;
      expect([
        facts['thrift:call'] ?? 0,
        facts['thrift:reply'] ?? 0,
        facts['thrift:exception'] ?? 0,
        facts['thrift:oneway'] ?? 0,
      ]).toEqual([thriftCalls, thriftReplies, thriftExceptions, thriftOneways]);
      expect(balanced, JSON.stringify(accounts)).toBe(true);
      expect(exchanges.filter(({ response }) => response !== undefined)).toHaveLength(thriftReplies + thriftExceptions);
      expect(exchanges.filter(({ outcome }) => outcome === 'oneway')).toHaveLength(thriftOneways);
      expect(exchanges.every(({ protocol, operation }) => protocol === 'thrift' && operation !== '')).toBe(true);
    });
  }

  testWith([], 'calls of the tutorial that are never answered are its oneways, sent as calls', async () => {
    const file = spoken.find(({ path }) => path.endsWith('thrift_tutorial.pcap')) as CorpusFile;
    const { exchanges } = await exchangesOf(file.path);
    const alone = exchanges.filter(({ response }) => response === undefined);
    expect(alone.map(({ operation, reason, notes }) => [operation, reason, notes])).toEqual([
      ['zip', 'not-answered', ['maybe-oneway']],
      ['zip', 'not-answered', ['maybe-oneway']],
    ]);
  });

  testWith(
    [],
    `nothing is taken for Thrift in the ${others.length} other files`,
    async () => {
      const taken: string[] = [];
      for (const { file, path } of others) {
        const { facts } = (await exchangesOf(path)).ledger;
        if ((facts['flows:thrift'] ?? 0) > 0) taken.push(file);
      }
      expect(taken).toEqual([]);
    },
    60_000,
  );
});
