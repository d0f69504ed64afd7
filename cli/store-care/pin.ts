/** `store pin`, `store unpin`: exchanges copied into a store of their own, which retention leaves alone. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BytecopyError, type ExchangeStore, type Selection } from '../../core/index.ts';
import type { OpenedStore, Pin, StoreCare } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { statusLine } from '../output/status-line.ts';
import { formatByteCount, formatNumberOf } from '../render/amount.ts';
import { openPlace } from '../stores/open.ts';
import type { StorePlace } from '../stores/place.ts';

/** Exchanges a recording has at most, where no limit is given. */
export const DEFAULT_PIN_LIMIT = 1_000_000;

export interface PinRequest {
  readonly name: string;
  readonly query: string;
  readonly selection: Selection;
  readonly limit: number;
  readonly place: StorePlace;
}

/** Copied as a whole or not at all. @throws BytecopyError `PIN_EXISTS`, `PIN_EMPTY`, `PIN_TOO_LARGE` (exit code 2) */
export async function pin(source: OpenedStore, request: PinRequest, context: Context): Promise<Pin> {
  const { name, query, selection } = request;
  await refuseSecond(source.care, name);
  const { since, until } = selection;
  const note: Pin = {
    name,
    query,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    pinnedAt: context.clock.now(),
    state: 'copying',
    exchanges: 0,
    byteCount: 0,
  };
  await source.care.notePin(name, note);
  try {
    const copied = await copy(source.store, request, context);
    const complete: Pin = { ...note, ...copied, state: 'complete' };
    await source.care.notePin(name, complete);
    return complete;
  } catch (error) {
    await removeRecording(name, request.place, context);
    await source.care.notePin(name, undefined);
    throw error;
  }
}

/** @throws BytecopyError `PIN_NOT_FOUND` (exit code 2), `STORE_BUSY` while it is read */
export async function unpin(care: StoreCare, name: string, place: StorePlace, context: Context): Promise<void> {
  const pins = await care.pins();
  if (!pins.some((each) => each.name === name)) {
    throw new BytecopyError('PIN_NOT_FOUND', `there is no pinned recording ${name}`, {
      hint: pins.length === 0 ? 'there is none at all' : `there are ${pins.map((each) => each.name).join(', ')}`,
      exitCode: 2,
    });
  }
  await removeRecording(name, place, context);
  await care.notePin(name, undefined);
}

async function refuseSecond(care: StoreCare, name: string): Promise<void> {
  const known = (await care.pins()).find((each) => each.name === name);
  if (known === undefined) return;
  const state = known.state === 'complete' ? '' : ', which is not whole';
  throw new BytecopyError('PIN_EXISTS', `there is a pinned recording ${name}${state}`, {
    hint: `choose another name, or remove it: bytecopy store unpin ${name}`,
    exitCode: 2,
  });
}

async function copy(
  from: ExchangeStore,
  { name, query, selection, limit, place }: PinRequest,
  context: Context,
): Promise<Pick<Pin, 'exchanges' | 'byteCount'>> {
  const { store } = await openPlace(place, { area: areaOfPin(name), mustOwn: true }, context);
  const status = statusLine(context.stderr);
  try {
    let exchanges = 0;
    for await (const page of from.find({ ...selection, limit: limit + 1 })) {
      exchanges += page.length;
      if (exchanges > limit) throw tooLarge(limit);
      if (context.interrupted.aborted) {
        throw new BytecopyError('PIN_INTERRUPTED', 'interrupted; nothing is kept of it', { exitCode: 130 });
      }
      await store.append(page);
      status.show(`${formatNumberOf(exchanges, 'exchange')} copied`);
    }
    if (exchanges === 0) {
      throw new BytecopyError('PIN_EMPTY', `nothing is found by "${query}"`, {
        hint: 'bytecopy find tries it',
        exitCode: 2,
      });
    }
    await store.flush();
    const { bytesOnDisk } = await store.statistics();
    return { exchanges, byteCount: bytesOnDisk };
  } finally {
    status.clear();
    await store.close();
  }
}

/** Every segment in both layers, then what is left in the folder. */
async function removeRecording(name: string, place: StorePlace, context: Context): Promise<void> {
  const { store, care } = await openPlace(place, { area: areaOfPin(name), mustOwn: true }, context);
  try {
    await store.flush();
    // Later than anything is live.
    await care.retain({ policy: { keepMs: 0, sizeBytes: undefined, groups: [] }, now: Number.MAX_SAFE_INTEGER });
  } finally {
    await store.close();
  }
  await rm(join(place.path, 'pins', name), { recursive: true, force: true });
}

function areaOfPin(name: string): string {
  return `pin-${name}`;
}

function tooLarge(limit: number): BytecopyError {
  return new BytecopyError(
    'PIN_TOO_LARGE',
    `more than ${formatNumberOf(limit, 'exchange')} are found; nothing is kept`,
    {
      hint: 'ask for less, or raise --limit',
      exitCode: 2,
    },
  );
}

/** `recording` in one line. */
export function describePin({ name, exchanges, byteCount }: Pin): string {
  return `pinned ${formatNumberOf(exchanges, 'exchange')} as ${name}, ${formatByteCount(byteCount)}; bytecopy replay --recording ${name} sends them`;
}
