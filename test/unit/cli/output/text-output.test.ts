import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { TextOutput } from '../../../../cli/output/text-output.ts';

const LINE = 'x'.repeat(40_000);

test('lines arrive in order, and there is no room while the stream takes none', async () => {
  const written: string[] = [];
  const takers: (() => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(text, _encoding, taken) {
      written.push(text);
      takers.push(taken);
    },
  });
  const output = new TextOutput(stream);
  output.line(LINE);
  expect(output.room()).toBeUndefined();
  output.line(LINE);
  const room = output.room();
  expect(room).toBeInstanceOf(Promise);
  takers[0]?.();
  await room;
  expect(output.room()).toBeUndefined();
  output.line('last');
  const finished = output.finish();
  while (takers.length < 3) {
    takers[takers.length - 1]?.();
    await new Promise(setImmediate);
  }
  takers[2]?.();
  await finished;
  expect(written.join('')).toBe(`${LINE}\n${LINE}\nlast\n`);
});

test('a full disk is an error with the name of the file, and what comes after it is not kept', async () => {
  const stream = new Writable({ write: (_bytes, _encoding, taken) => taken(new Error('ENOSPC')) });
  const output = new TextOutput(stream, 'a.jsonl');
  const failed = expect.objectContaining({ code: 'OUTPUT_FAILED', message: 'cannot write a.jsonl: ENOSPC' });
  for (let n = 0; n < 10; n++) output.line(LINE);
  await output.room();
  expect(() => output.room()).toThrow(failed);
  output.line(LINE);
  await expect(output.finish()).rejects.toEqual(failed);
});

test('a disk that is found full at the very end is an error too', async () => {
  const stream = new Writable({ write: (_bytes, _encoding, taken) => setImmediate(taken, new Error('ENOSPC')) });
  const output = new TextOutput(stream, 'a.jsonl');
  output.line('one');
  await expect(output.finish()).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
});
