import { expect, test } from 'vitest';
import { candidatesOf } from '../../../../cli/completion/candidates.ts';
import { forShell } from '../../../../cli/completion/scripts.ts';
import { cutShellLine } from '../../../../cli/completion/shell-line.ts';
import type { Context } from '../../../../cli/context.ts';
import { createProgram } from '../../../../cli/program.ts';
import { completeQuery } from '../../../../core/index.ts';

const program = await createProgram({} as Context, undefined);

/** What bash is told at the cursor, the end of the line. */
function completed(line: string, breaks = '"\'@><=;|&(:'): readonly string[] {
  const { words, current, quote } = cutShellLine(line);
  return forShell(candidatesOf(program, words, current), current, breaks, quote);
}

test.each([
  ['bytecopy fi', ['find', 'fields']],
  ['bytecopy comple', ['completion']],
  ['bytecopy completion ', ['bash', 'zsh', 'fish']],
  ['bytecopy --config a.yaml sho', ['show']],
  ['bytecopy find --sin', ['--since']],
  ['bytecopy find --conf', ['--config']],
  ['bytecopy find --store out', []],
  [
    'bytecopy find out',
    ['outcome:paired', 'outcome:request-only', 'outcome:response-only', 'outcome:oneway', 'outcome:session'],
  ],
  [
    'bytecopy find serv',
    [
      'service:',
      'server:',
      'service.name:',
      'server.address:',
      'server.ip:',
      'service.environment:',
      'service.node.name:',
    ],
  ],
  ['bytecopy find outcome:pa', ['paired']],
  ["bytecopy find 'outcome:pa", ['outcome:paired']],
  [
    "bytecopy find 'service:a AND prot",
    ['service:a AND protocol:http1', 'service:a AND protocol:thrift', 'service:a AND protocol:tcp'],
  ],
  ['bytecopy find "verb:p', ['verb:POST', 'verb:PUT', 'verb:PATCH']],
  ["bytecopy find 'lab", ['label.', 'labels.']],
  ["bytecopy find 'NOT (laten", ['NOT (latency:', 'NOT (latency:*']],
  ["bytecopy find '-laten", ['-latency:', '-latency:*']],
  ['bytecopy replay --where "outcome:o', ['outcome:oneway']],
  ['bytecopy replay --where=laten', ['latency:', 'latency:*']],
  ['bytecopy capture --where latency:>2', []],
  ['bytecopy nothing-of-this x', []],
])('%s', (line, candidates) => {
  expect(completed(line)).toEqual(candidates);
});

test('zsh and fish take whole words', () => {
  expect(completed('bytecopy find outcome:pa', '')).toEqual(['outcome:paired']);
});

test('commands and flags that are hidden stay so', () => {
  expect(completed('bytecopy ')).not.toContain('complete');
  expect(completed('bytecopy ')).toEqual(expect.arrayContaining(['capture', 'find', 'replay']));
  expect(completed('bytecopy find --')).toEqual(expect.arrayContaining(['--store', '--help', '--config']));
});

test('within a value in quotes nothing is a name', () => {
  expect(completeQuery('operation:"GET out')).toEqual([]);
  expect(completeQuery('operation:"GET /a" outcome:s')).toEqual(['operation:"GET /a" outcome:session']);
});

test('a line is cut as a shell cuts it', () => {
  expect(cutShellLine('a "b c" d\\ e \'f "g')).toEqual({ words: ['a', 'b c', 'd e'], current: 'f "g', quote: "'" });
  expect(cutShellLine('a b ')).toEqual({ words: ['a', 'b'], current: '', quote: '' });
  expect(cutShellLine('')).toEqual({ words: [], current: '', quote: '' });
  expect(cutShellLine('a \\')).toEqual({ words: ['a'], current: '', quote: '' });
});
