/** biome.json enforces the folder table and the house rules: each forbidden line is refused, each allowed one passes. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_DIR } from '../../support/machine.ts';

interface Probe {
  readonly path: string;
  readonly text: string;
  /** The rules that the text breaks where it lies. */
  readonly breaks: readonly string[];
}

const FOLDERS = ['core', 'formats', 'parser', 'collector', 'store', 'emitter', 'scheduler', 'mock', 'diff', 'console'];

/** Folder → what it may import, as the table in the README says. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  core: [],
  formats: ['core'],
  parser: ['core'],
  collector: ['core', 'formats'],
  store: ['core', 'parser', 'formats'],
  emitter: ['core', 'parser'],
  scheduler: ['core'],
  mock: ['core', 'parser'],
  diff: ['core', 'parser'],
  console: ['core'],
  cli: FOLDERS,
};

function line(path: string, text: string, ...breaks: string[]): Probe {
  return { path, text, breaks };
}

function imports(folder: string, from: string, ...breaks: string[]): Probe {
  return line(`${folder}/probe.ts`, `import { it } from '${from}';\nexport const used = it;`, ...breaks);
}

/** Lints the probes, each in a project of its own folder names, with this project's rules. */
function expectBreaks(probes: readonly Probe[]): void {
  const root = mkdtempSync(join(tmpdir(), 'bytecopy-lint-'));
  try {
    copyFileSync(join(PROJECT_DIR, 'biome.json'), join(root, 'biome.json'));
    const paths = probes.map((probe, index) => probe.path.replace(/(\w+)\.ts$/, `$1-${index}.ts`));
    for (const [index, probe] of probes.entries()) {
      const path = join(root, paths[index] as string);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${probe.text}\n`);
    }
    const biome = join(PROJECT_DIR, 'node_modules/.bin/biome');
    const args = ['lint', '--vcs-enabled=false', '--colors=off', '--max-diagnostics=none', '--reporter=github'];
    const { stdout } = spawnSync(biome, args, { cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
    const found = new Map<string, string[]>(paths.map((path) => [path, []]));
    for (const match of stdout.matchAll(/title=lint\/\w+\/(\w+),file=(?:[^,]*?\/bytecopy-lint-\w+\/)?([^,]+),/g)) {
      found.get(match[2] as string)?.push(match[1] as string);
    }
    const seen = probes.map((probe, index) => ({ ...probe, breaks: [...new Set(found.get(paths[index] as string))] }));
    expect(seen).toEqual(probes);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('each folder may import what the table says and nothing else', () => {
  expectBreaks(
    Object.entries(TABLE).flatMap(([folder, allowed]) =>
      FOLDERS.filter((other) => other !== folder).map((other) =>
        imports(folder, `../${other}/index.ts`, ...(allowed.includes(other) ? [] : ['noRestrictedImports'])),
      ),
    ),
  );
});

test('depth does not matter, and folders are entered by index.ts alone', () => {
  expectBreaks([
    imports('store/level/deep', '../../../core/index.ts'),
    imports('store/level/deep', '../../../emitter/index.ts', 'noRestrictedImports'),
    imports('store/level/deep', '../../../core/units.ts', 'noRestrictedImports'),
    imports('cli/commands', '../../store/level/posting.ts', 'noRestrictedImports'),
    imports('cli/commands', '../stores/open.ts'),
    imports('store', '../test/support/machine.ts', 'noRestrictedImports'),
    imports('test/unit/store', '../../../store/level/posting.ts'),
  ]);
});

test('core, formats and parser have no clock, no chance and no I/O', () => {
  expectBreaks(
    ['core', 'formats', 'parser/http1'].flatMap((folder) => [
      line(`${folder}/probe.ts`, 'export const now = Date.now();', 'noJsRestrictedProperties'),
      line(`${folder}/probe.ts`, 'export const chance = Math.random();', 'noJsRestrictedProperties'),
      line(`${folder}/probe.ts`, 'setTimeout(() => {}, 1);', 'noRestrictedGlobals'),
      line(`${folder}/probe.ts`, 'export const day = new Date(0).toISOString();'),
      imports(folder, 'node:fs', 'noRestrictedImports'),
    ]),
  );
  expectBreaks([line('emitter/probe.ts', 'export const now = Date.now();')]);
});

test('only erasable syntax, named exports, whole import paths, kebab-case and awaited promises', () => {
  expectBreaks([
    line('store/probe.ts', 'export enum Colour {\n  red,\n}', 'noEnum'),
    line('store/probe.ts', 'export namespace space {\n  export const a = 1;\n}', 'noNamespace'),
    line('store/probe.ts', 'export default 1;', 'noDefaultExport'),
    line('store/probe.ts', 'export class A {\n  constructor(readonly a: number) {}\n}', 'noParameterProperties'),
    line(
      'store/probe.ts',
      "import type { Policy } from './probe-0';\nexport type Used = Policy;",
      'useImportExtensions',
    ),
    line('store/snake_case.ts', 'export const a = 1;', 'useFilenamingConvention'),
    line(
      'store/probe.ts',
      'export function f(): void {\n  g();\n}\nasync function g(): Promise<void> {\n  await g();\n}',
      'noFloatingPromises',
    ),
  ]);
});
