import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchReplay } from '../../../../cli/output/replay-watch.ts';
import { SOME_PROGRESS } from '../render/hand-made-report.ts';

/** A stream that remembers what it was given. */
class Written extends EventEmitter {
  text = '';
  columns = 80;
  readonly rows = 24;
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

/** What is seen of it at the end: cursor movements and erased lines carried out, as a terminal does. */
function seen(text: string): readonly string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  for (const [token] of text.matchAll(/\p{Cc}\[\??[\d;]*[A-Za-z]|./gsu)) {
    const count = Number(/\d+/.exec(token)?.[0] ?? 1);
    if (token === '\n') {
      row++;
      column = 0;
      while (lines.length <= row) lines.push('');
    } else if (token.endsWith('A') && token.startsWith('\x1b')) row = Math.max(0, row - count);
    else if (token.endsWith('B') && token.startsWith('\x1b')) row = Math.min(lines.length - 1, row + count);
    else if (token.endsWith('G') && token.startsWith('\x1b')) column = 0;
    else if (token === '\x1b[2K') lines[row] = '';
    else if (token === '\x1b[K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (!token.startsWith('\x1b')) {
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + token + line.slice(column + 1);
      column++;
    }
  }
  return lines.filter((line) => line !== '');
}

let sent = 0;
const replay = {
  title: 'replay to shop:80 (run r1)',
  planned: { durationMs: 10_000 },
  progress: () => ({ ...SOME_PROGRESS, elapsedMs: sent, due: sent, sent, answered: sent }),
};

beforeEach(() => {
  sent = 0;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const watch = (stream: Written) => watchReplay(stream as unknown as NodeJS.WriteStream, replay);

test('on a terminal a block is drawn over twice a second, and is gone at the end', async () => {
  const stream = new Written(true);
  const view = await watch(stream);
  expect(seen(stream.text)[2]).toBe('rate         sent 0/s, due 0/s');
  sent = 500;
  vi.advanceTimersByTime(500);
  sent = 1000;
  vi.advanceTimersByTime(500);
  expect(seen(stream.text)).toEqual([
    'replay to shop:80 (run r1)',
    '████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  10 %, 9 s left',
    'rate         sent 1,000/s, due 1,000/s  ██',
    'answers      1,000 of 1,000 due, 2 not sent',
    'latency      p50 300 µs, p99 900 µs',
    'lag          p99 1.20 ms, none waiting, own p99 20 µs',
    'connections  1, 8 requests in flight',
  ]);
  view.end();
  expect(seen(stream.text)).toEqual([]);
  view.end();
  expect(vi.getTimerCount()).toBe(0);
  expect(stream.listenerCount('resize')).toBe(0);
});

test('a terminal that gets narrower is drawn again at once', async () => {
  const stream = new Written(true);
  const view = await watch(stream);
  sent = 500;
  vi.advanceTimersByTime(500);
  stream.columns = 40;
  stream.emit('resize');
  for (const line of seen(stream.text)) expect(line.length).toBeLessThanOrEqual(40);
  expect(seen(stream.text)[1]).toBe('█▎░░░░░░░░░░░░░░░░░░░░░░  5 %, 10 s left');
  view.end();
});

test('in a pipe there is a line each ten seconds and no escape sequence', async () => {
  const stream = new Written(false);
  const view = await watch(stream);
  sent = 9_999;
  vi.advanceTimersByTime(9_999);
  expect(stream.text).toBe('');
  sent = 20_000;
  vi.advanceTimersByTime(10_001);
  expect(stream.text.split('\n')).toEqual([
    '20 s  20,000 due, 20,000 answered, 8 in flight, 2 not sent  on 1 connection',
    '20 s  20,000 due, 20,000 answered, 8 in flight, 2 not sent  on 1 connection',
    '',
  ]);
  view.end();
  expect(vi.getTimerCount()).toBe(0);
});
