import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parsePlan, parseQuery } from '../../../core/index.ts';

const CORE = new URL('../../../core/', import.meta.url);
const README = readFileSync(new URL('README.md', CORE), 'utf8');

test('every query of the README is one', () => {
  const queries = /```lucene\n([^`]*)```/.exec(README)?.[1]?.trim().split('\n') ?? [];
  expect(queries.length).toBeGreaterThan(3);
  for (const query of queries) expect(parseQuery(query).kind).not.toBe('everything');
});

test('every phase of the README is one', () => {
  const phases = [...README.matchAll(/^\| `([a-z]+:[^`]+)` \|/gm)].map(([, phase]) => phase as string);
  expect(phases).toHaveLength(6);
  expect(parsePlan(phases.join(', '))).toHaveLength(10);
});

test('the README lists every error code of the folder', () => {
  const sources = readdirSync(CORE, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const text = sources.map((path) => readFileSync(new URL(path, CORE), 'utf8')).join('\n');
  const thrown = [...text.matchAll(/new BytecopyError\(\s*'([A-Z_]+)'/g)].map(([, code]) => code);
  const listed = [...README.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect([...new Set(thrown)].sort()).toEqual([...listed].sort());
});
