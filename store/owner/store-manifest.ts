/**
 * `bytecopy.json`: says that a folder is a store, of which version, and how it is cut.
 *
 *   { "format": "bytecopy-store", "version": 1, "segmentMinutes": 60 }
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';
import { toStoreError } from '../level/level-folder.ts';
import { replaceFile } from './catalog.ts';
import { makeFolder } from './make-folder.ts';

const FORMAT = 'bytecopy-store';
/** Newest version that this build reads and writes. */
export const STORE_VERSION = 1;

/** What every version has, so that a newer one is known as such whatever else it says. */
const anyManifest = z.object({ format: z.literal(FORMAT), version: z.number().int().positive() });
const manifestFile = anyManifest.extend({ segmentMinutes: z.number().int().positive() });

export type StoreManifest = z.infer<typeof manifestFile>;

/**
 * Reads a store's manifest; makes a store of a folder that is missing or empty where `create` allows it.
 *
 * @throws BytecopyError with exit code 2: `STORE_MISSING`, `STORE_NOT_A_STORE`, `STORE_NEWER`
 */
export async function openManifest(path: string, create: boolean, segmentMinutes: number): Promise<StoreManifest> {
  const file = join(path, 'bytecopy.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTDIR') throw notAStore(path, 'it is a file', error);
    if (code !== 'ENOENT') throw toStoreError(error, file);
    if (!create) throw missing(path, error);
    return await createStore(path, file, segmentMinutes);
  }
  return readManifest(path, text);
}

function readManifest(path: string, text: string): StoreManifest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw notAStore(path, 'its bytecopy.json is no JSON', error);
  }
  const any = anyManifest.safeParse(content);
  if (any.success && any.data.version > STORE_VERSION) {
    throw new BytecopyError(
      'STORE_NEWER',
      `${path} is a store of version ${any.data.version}; this build reads up to ${STORE_VERSION}`,
      { hint: 'use the newer bytecopy that wrote it, or another folder', exitCode: 2 },
    );
  }
  const manifest = manifestFile.safeParse(content);
  if (!manifest.success) throw notAStore(path, 'its bytecopy.json is not that of a store', manifest.error);
  return manifest.data;
}

async function createStore(path: string, file: string, segmentMinutes: number): Promise<StoreManifest> {
  try {
    await makeFolder(path);
    const [found] = (await readdir(path)).filter((name) => name !== 'bytecopy.json.new');
    if (found !== undefined) throw notAStore(path, `it holds "${found}" and no bytecopy.json`);
  } catch (error) {
    throw toStoreError(error, path);
  }
  const manifest: StoreManifest = { format: FORMAT, version: STORE_VERSION, segmentMinutes };
  await replaceFile(file, `${JSON.stringify(manifest)}\n`);
  return manifest;
}

function missing(path: string, cause: unknown): BytecopyError {
  return new BytecopyError('STORE_MISSING', `there is no store at ${path}`, {
    cause,
    hint: 'name another folder with --store, or fill one with `bytecopy capture` or `bytecopy import`',
    exitCode: 2,
  });
}

function notAStore(path: string, why: string, cause?: unknown): BytecopyError {
  return new BytecopyError('STORE_NOT_A_STORE', `${path} is not a store: ${why}`, {
    cause,
    hint: 'name an empty or new folder with --store; nothing in this one was changed',
    exitCode: 2,
  });
}
