/**
 * What a store says of itself where its blocks are on a cluster: the property `store` of its data layer, the text of a
 * `bytecopy.json`.
 *
 * Where the index is embedded, one folder has it and the property names that folder: another one would search an index
 * that knows none of the other's blocks.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { BytecopyError, type DataLayer, type Millis } from '../../core/index.ts';
import { newManifest, parseManifest, STORE_VERSION, type StoreManifest } from '../owner/store-manifest.ts';

const PROPERTY = 'store';
/** Two that make a store at once see after this time whose word it was. */
const SETTLE_MS: Millis = 200;

export interface SharedManifestRequest {
  /** Makes a store where there is none. */
  readonly write: boolean;
  readonly segmentMinutes: number;
  /** Of the folder that has the index; undefined where that is on a cluster too. */
  readonly owner: string | undefined;
}

/**
 * @throws BytecopyError with exit code 2: `STORE_MISSING`, `STORE_NOT_A_STORE`, `STORE_NEWER`, `STORE_OTHER_INDEX`;
 *   and what the data layer throws
 */
export async function openSharedManifest(data: DataLayer, request: SharedManifestRequest): Promise<StoreManifest> {
  const place = `the store on ${data.manifest.name}`;
  const owned = request.owner === undefined ? {} : { owner: request.owner };
  let found = await read(data, place);
  if (found === undefined && request.write) {
    await write(data, { ...newManifest(request.segmentMinutes), ...owned });
    await delay(SETTLE_MS);
    found = await read(data, place);
  }
  if (found === undefined) throw nothingYet(data);
  if (found.owner !== request.owner) throw otherIndex(place, found.owner);
  if (request.write && found.version < STORE_VERSION) await write(data, { ...found, version: STORE_VERSION });
  return found;
}

async function read(data: DataLayer, place: string): Promise<StoreManifest | undefined> {
  const bytes = await data.readProperty(PROPERTY);
  return bytes === undefined ? undefined : parseManifest(place, Buffer.from(bytes).toString());
}

async function write(data: DataLayer, manifest: StoreManifest): Promise<void> {
  await data.writeProperty(PROPERTY, Buffer.from(JSON.stringify(manifest)));
}

function otherIndex(place: string, owner: string | undefined): BytecopyError {
  const has = owner === undefined ? 'has its index on a cluster too' : 'has its index in another folder';
  return new BytecopyError('STORE_OTHER_INDEX', `${place} ${has}`, {
    hint:
      owner === undefined
        ? 'name that index in the config file: `index: { kind: elasticsearch, … }`'
        : 'open it with the folder it was made with, or put the index on a cluster and run `bytecopy store repair`',
    exitCode: 2,
  });
}

function nothingYet({ manifest }: DataLayer): BytecopyError {
  return new BytecopyError('STORE_MISSING', `there is no store on ${manifest.name} yet`, {
    hint: '`bytecopy store init` makes it, `bytecopy capture` and `bytecopy import` make and fill it; or name another with --store',
    exitCode: 2,
  });
}
