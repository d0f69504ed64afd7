import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dataClusterOf, indexClusterOf, sayingWhom } from '../../../../cli/stores/waiting-line.ts';
import { dataChoice, indexChoice } from '../../../../store/index.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function surroundings() {
  const stderr = new PassThrough();
  return { stderr: stderr as unknown as NodeJS.WriteStream, told: () => String(stderr.read() ?? '') };
}

test('a cluster that did not answer was waited for in silence', async () => {
  const { stderr, told } = surroundings();
  const data = dataChoice.parse({ kind: 'cassandra', contactPoints: ['10.0.0.5:9042', '10.0.0.6'] });
  let resolve = (_: string): void => {};
  const work = () =>
    new Promise<string>((answered) => {
      resolve = answered;
    });
  const answer = sayingWhom(dataClusterOf({ data }), { stderr }, work);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(told()).toBe('');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told()).toBe('waiting for Cassandra at 10.0.0.5:9042, 10.0.0.6\n');
  resolve('answer');
  expect(await answer).toBe('answer');
});

test('what answers or fails in time is not told, and nothing of a folder is', async () => {
  const { stderr, told } = surroundings();
  await sayingWhom('Cassandra', { stderr }, async () => {});
  await expect(sayingWhom('Cassandra', { stderr }, () => Promise.reject(new Error('refused')))).rejects.toThrow();
  expect(vi.getTimerCount()).toBe(0);
  expect(dataClusterOf({})).toBeUndefined();
  expect(indexClusterOf({})).toBeUndefined();
  expect(told()).toBe('');
});

test('no password of a node is shown', () => {
  const index = indexChoice.parse({ kind: 'elasticsearch', nodes: ['http://ada:secret@10.0.0.7:9200'] });
  expect(indexClusterOf({ index })).toBe('Elasticsearch at 10.0.0.7:9200');
});
