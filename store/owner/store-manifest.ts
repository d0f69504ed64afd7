/**
 * `bytecopy.json`: says that a folder is a store, of which version, and how it is cut. A store whose blocks are on a
 * cluster says the same there, as the property `store` (`shared/shared-manifest.ts`).
 *
 *   { "format": "bytecopy-store", "version": 2, "segmentMinutes": 60 }
 *
 * Version 2 has blocks of format 2 and an index of more fields, in segments that it made; those of version 1 beside them
 * are read as they are. A store of version 1 becomes one of version 2 when it is first opened to be written.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';
import { toStoreError } from '../level/level-folder.ts';
import { replaceFile } from './catalog.ts';
import { makeFolder } from './make-folder.ts';

const FORMAT = 'bytecopy-store';
/** Newest version that this build reads and writes. */
export const STORE_VERSION = 2;

/** What every version has, so that a newer one is known as such whatever else it says. */
const anyManifest = z.object({ format: z.literal(FORMAT), version: z.number().int().positive() });
const manifestFile = anyManifest.extend({
  segmentMinutes: z.number().int().positive(),
  /** Of the folder that has the index, where the blocks are on a cluster. */
  owner: z.string().optional(),
});

export type StoreManifest = z.infer<typeof manifestFile>;

/**
 * Reads a store's manifest; makes a store of a folder that is missing or empty where `create` allows it.
 *
 * @param onCluster blocks are on a cluster, and the folder has the index
 * @throws BytecopyError with exit code 2: `STORE_MISSING`, `STORE_NOT_A_STORE`, `STORE_NEWER`, `STORE_OTHER_DATA`
 */
export async function openManifest(
  path: string,
  create: boolean,
  segmentMinutes: number,
  onCluster = false,
): Promise<StoreManifest> {
  const file = join(path, 'bytecopy.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTDIR') throw notAStore(path, 'it is a file', error);
    if (code !== 'ENOENT') throw toStoreError(error, file);
    if (!create) throw missing(path, error);
    const owner = onCluster ? { owner: randomUUID() } : {};
    return await createStore(path, file, { ...newManifest(segmentMinutes), ...owner });
  }
  const manifest = parseManifest(path, text);
  if ((manifest.owner !== undefined) === onCluster) return manifest;
  throw otherData(path, onCluster);
}

/** The store is written in the form of this build from now on: to be called by its owner. */
export async function upgradeManifest(path: string, manifest: StoreManifest): Promise<void> {
  if (manifest.version === STORE_VERSION) return;
  const upgraded: StoreManifest = { ...manifest, version: STORE_VERSION };
  await replaceFile(join(path, 'bytecopy.json'), `${JSON.stringify(upgraded)}\n`);
}

export function newManifest(segmentMinutes: number): StoreManifest {
  return { format: FORMAT, version: STORE_VERSION, segmentMinutes };
}

/**
 * @param place where the text was found, for messages
 * @throws BytecopyError `STORE_NOT_A_STORE`, `STORE_NEWER` (exit code 2)
 */
export function parseManifest(place: string, text: string): StoreManifest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw notAStore(place, 'what it says of itself is no JSON', error);
  }
  const any = anyManifest.safeParse(content);
  if (any.success && any.data.version > STORE_VERSION) {
    throw new BytecopyError(
      'STORE_NEWER',
      `${place} is a store of version ${any.data.version}; this build reads up to ${STORE_VERSION}`,
      { hint: 'use the newer bytecopy that wrote it, or another folder', exitCode: 2 },
    );
  }
  const manifest = manifestFile.safeParse(content);
  if (!manifest.success) throw notAStore(place, 'what it says of itself is not that of a store', manifest.error);
  return manifest.data;
}

async function createStore(path: string, file: string, manifest: StoreManifest): Promise<StoreManifest> {
  try {
    await makeFolder(path);
    const [found] = (await readdir(path)).filter((name) => name !== 'bytecopy.json.new');
    if (found !== undefined) throw notAStore(path, `it holds "${found}" and no bytecopy.json`);
  } catch (error) {
    throw toStoreError(error, path);
  }
  await replaceFile(file, `${JSON.stringify(manifest)}\n`);
  return manifest;
}

function otherData(path: string, onCluster: boolean): BytecopyError {
  const holds = onCluster ? 'its blocks in the folder' : 'only an index, its blocks are on a cluster';
  return new BytecopyError('STORE_OTHER_DATA', `${path} has ${holds}`, {
    hint: 'open it with the `data` it was made with, or name another folder with --store',
    exitCode: 2,
  });
}

export function missing(path: string, cause?: unknown): BytecopyError {
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
