import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parsePlan, parseQuery } from '../../../core/index.ts';

const CORE = new URL('../../../core/', import.meta.url);
const README = readFileSync(new URL('README.md', CORE), 'utf8');

/** From a heading of the second level to the next. */
const sectionOf = (heading: string) =>
  README.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? '';

test('every query of the README is one', () => {
  const queries = /```lucene\n([^`]*)```/.exec(README)?.[1]?.trim().split('\n') ?? [];
  expect(queries.length).toBeGreaterThan(3);
  for (const query of queries) expect(parseQuery(query).kind).not.toBe('everything');
});

test('every form in the table of the language is understood', () => {
  const cells = [...sectionOf('The query language').matchAll(/^\| (`.*?`) \| /gm)].map(([, cell]) => cell as string);
  const forms = cells.flatMap((cell) => [...cell.matchAll(/`([a-z.]+:[^`…]+)`/g)].map(([, form]) => form as string));
  expect(forms.length).toBeGreaterThan(10);
  for (const form of forms) {
    const query = /^(request|response)\.body:$/.test(form) ? `${form}x` : form;
    // `field` and `NAME` stand for any of them.
    expect(parseQuery(query.replace(/^field:/, 'path:'), 1e15).kind).not.toBe('everything');
  }
});

test('every phase of the README is one', () => {
  const phases = [...sectionOf('Plans').matchAll(/^\| `([a-z]+:[^`]+)` \|/gm)].map(([, phase]) => phase as string);
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
