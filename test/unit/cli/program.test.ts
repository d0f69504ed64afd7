import { expect, test } from 'vitest';
import type { Context } from '../../../cli/context.ts';
import { createProgram } from '../../../cli/program.ts';

test('help lists every command under a heading', async () => {
  const help = (await createProgram({} as Context, undefined)).helpInformation();
  const headings = [...help.matchAll(/^([A-Z].*):$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(['Options', 'Start', 'Record', 'Search', 'Send', 'Look after']);
});
