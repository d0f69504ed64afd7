/** Opens the store that a command names, and says what was found there. */
import { readdir } from 'node:fs/promises';
import { BytecopyError, type ExchangeStore, type KeyRing, toKeyRing } from '../../core/index.ts';
import {
  type IndexState,
  type OpenedStore,
  openStore,
  type ReportDamage,
  type StoreDeps,
  type StoreOptions,
} from '../../store/index.ts';
import type { Context } from '../context.ts';
import { openKeys, readKeyFile } from '../keys/index.ts';
import { PIN_AREA } from '../options/recording.ts';
import { isFolder, type StorePlace, storeOptionsOf } from './place.ts';
import { ReopeningStore } from './reopening-store.ts';
import { dataClusterOf, sayingWhom } from './waiting-line.ts';

const MAX_DAMAGE_LINES = 20;

type Surroundings = Pick<Context, 'environment' | 'stderr' | 'clock'>;

/** For reading: directly, or through the socket of the process that owns it. It has to exist. */
export async function openForReading(place: StorePlace | string, context: Surroundings): Promise<ExchangeStore> {
  const open = async (): Promise<OpenedStore> => await openPlace(place, { access: 'read' }, context);
  const { store, role } = await open();
  return role === 'client' ? new ReopeningStore(store, async () => (await open()).store) : store;
}

/** For writing: as its owner, or beside other writers on a cluster; made where it does not exist. */
export async function openForWriting(
  place: StorePlace | string,
  context: Surroundings,
  deps: StoreDeps = {},
): Promise<ExchangeStore> {
  return (await openPlace(place, { mustOwn: true }, context, deps)).store;
}

/** The same where something is there already: a store, or what is none and is refused. Undefined where there is nothing yet, or on a cluster. */
export async function openExistingForWriting(
  place: StorePlace | string,
  context: Surroundings,
  deps: StoreDeps = {},
): Promise<ExchangeStore | undefined> {
  if (typeof place !== 'string' && !isFolder(place)) return undefined;
  const path = typeof place === 'string' ? place : place.path;
  const found = await readdir(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : [path]));
  return found.length === 0 ? undefined : await openForWriting(place, context, deps);
}

/**
 * With whatever options and deps beside those of the place.
 *
 * @param place a text is the folder of an embedded store that is not encrypted
 */
export async function openPlace(
  place: StorePlace | string,
  options: Partial<StoreOptions>,
  context: Surroundings,
  deps: StoreDeps = {},
): Promise<OpenedStore> {
  const known = typeof place === 'string' ? { path: place } : storeOptionsOf(place);
  const keys = typeof place === 'string' ? undefined : await ringOf(place, options.access !== 'read', context);
  const whom = typeof place === 'string' ? undefined : dataClusterOf(place);
  const open = async (): Promise<OpenedStore> =>
    await openStore(
      { ...known, ...(options.access === 'read' ? { encrypt: false } : {}), ...options },
      {
        onDamage: toldOnce(context),
        onIndexState: (state) => {
          const text = options.access === 'read' ? textForReaders(state) : textOf(state);
          if (text !== undefined) context.stderr.write(`${text}\n`);
        },
        ...(keys === undefined ? {} : { keys }),
        ...deps,
      },
    );
  const opened = await sayingWhom(whom, context, open).catch((error: unknown) => {
    throw typeof place === 'string' ? error : inWordsOf(place, error);
  });
  if (opened.recovered !== undefined) context.stderr.write(`${opened.recovered.text}\n`);
  return opened;
}

/** A recording that is missing is not a store that is. */
function inWordsOf({ area, name }: StorePlace, error: unknown): unknown {
  if (area === '' || !(error instanceof BytecopyError) || error.code !== 'STORE_MISSING') return error;
  return new BytecopyError('PIN_NOT_FOUND', `there is no pinned recording ${area.slice(PIN_AREA.length)} in ${name}`, {
    hint: 'bytecopy store pins lists them',
    exitCode: 2,
    cause: error,
  });
}

async function ringOf(
  { keyFile, encrypt }: StorePlace,
  writes: boolean,
  context: Surroundings,
): Promise<KeyRing | undefined> {
  if (encrypt && writes) return (await openKeys({ keyFile }, { services: [] }, context)).ring;
  const found = await readKeyFile(keyFile);
  return found === undefined ? undefined : toKeyRing(found);
}

/** What cannot be read is met again by each search: said once, and not without end. */
function toldOnce({ stderr }: Surroundings): ReportDamage {
  const told = new Set<string>();
  return ({ text }) => {
    if (told.has(text) || told.size > MAX_DAMAGE_LINES) return;
    told.add(text);
    stderr.write(
      told.size > MAX_DAMAGE_LINES
        ? 'store: more is damaged; bytecopy store verify tells all of it\n'
        : `store: ${text}\n`,
    );
  };
}

/** Who reads writes nothing: blocks that an earlier process left to the index are put by the way, and told only where that fails. */
export function textForReaders(state: IndexState): string | undefined {
  if (state.kind === 'caught-up' || state.error === undefined || state.error.code === 'INDEX_CLOSED') return undefined;
  return `index: ${state.error.message}; it lacks ${state.blocks} blocks, which are read from the data`;
}

function textOf(state: IndexState): string {
  if (state.kind === 'caught-up') return 'index: it has caught up';
  const { blocks, error } = state;
  if (error?.code === 'INDEX_CLOSED') return `index: ${error.message}; ${blocks} blocks wait for the next run`;
  const why = error === undefined ? 'it is behind' : error.message;
  return `index: ${why}; writing goes on, ${blocks} blocks wait for it and more may`;
}
