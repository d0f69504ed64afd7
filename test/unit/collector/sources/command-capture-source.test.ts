import { expect, test } from 'vitest';
import { openCaptureSource } from '../../../../collector/index.ts';
import type { BytecopyError, CaptureSource } from '../../../../core/index.ts';

function command(text: string): CaptureSource {
  return openCaptureSource({ kind: 'command', command: text });
}

async function failureOf(source: CaptureSource): Promise<BytecopyError> {
  try {
    for await (const packets of source.packets()) expect(packets).toEqual([]);
  } catch (error) {
    return error as BytecopyError;
  }
  throw new Error('it did not fail');
}

test('a command that fails is quoted with the end of its error output', async () => {
  const { code, message, hint } = await failureOf(command('echo first line >&2; echo no such host >&2; exit 255'));
  expect(code).toBe('CAPTURE_COMMAND_FAILED');
  expect(message).toContain('ended with exit code 255');
  expect(hint).toContain('no such host');
});

test('a command that fails rejects started() too', async () => {
  await expect(command('exit 3').started()).rejects.toMatchObject({ code: 'CAPTURE_COMMAND_FAILED' });
});

test('a command that writes no capture is told from one that fails', async () => {
  expect((await failureOf(command('echo hello'))).code).toBe('CAPTURE_NOT_A_CAPTURE');
});

test('stopping ends everything that the command started', async () => {
  const source = command('sleep 1000 & echo $! >&2; wait');
  const reading = failureOrEnd(source);
  await source.started();
  await source.stop();
  expect(await reading).toBeUndefined();
});

test('what tcpdump says of drops when it ends is in the statistics', async () => {
  const source = command("echo '12 packets dropped by kernel' >&2; exit 1");
  await failureOf(source);
  expect(source.statistics().droppedByKernel).toBe(12);
});

async function failureOrEnd(source: CaptureSource): Promise<unknown> {
  try {
    for await (const packets of source.packets()) expect(packets).toEqual([]);
    return undefined;
  } catch (error) {
    return error;
  }
}
