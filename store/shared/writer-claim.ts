/**
 * Numbers of those who write a store on a cluster: a property `writers/NUMBER` each, with what a person wants to know.
 *
 *   writers/04711   { "id": "…", "host": "node-7", "pid": 4242, "started": "2026-11-21T10:00:00.000Z" }
 *
 * A number is drawn, written, and read again after a moment: of two that drew the same one, the later has it and the
 * other draws again. Should one of them stall for longer than that between writing and reading, both number their
 * blocks alike: nothing is lost by it, as block keys hold times and service too, but `store verify` cannot tell lost
 * blocks of that number. A number stays with its work folder for good.
 */
import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { BytecopyError, type DataLayer, type Millis } from '../../core/index.ts';
import { MAX_WRITER_NUMBER } from '../owner/writer-number.ts';

const PREFIX = 'writers/';
const SETTLE_MS: Millis = 200;
const MAX_DRAWS = 16;

export interface WriterClaim {
  /** Of the work folder. */
  readonly id: string;
  /** 1 to 65535. */
  readonly number: number;
}

export async function holdsClaim(data: DataLayer, claim: WriterClaim): Promise<boolean> {
  return (await readId(data, claim.number)) === claim.id;
}

/** @throws BytecopyError `STORE_WRITERS_EXHAUSTED`, and what the data layer throws */
export async function claimNumber(data: DataLayer, id: string, draw = randomNumber): Promise<WriterClaim> {
  const taken = new Set(await data.properties(PREFIX));
  for (let draws = 0; draws < MAX_DRAWS && taken.size < MAX_WRITER_NUMBER; draws++) {
    const number = firstFree(draw(), taken);
    taken.add(nameOf(number));
    if ((await readId(data, number)) !== undefined) continue;
    const claim = { id, host: hostname(), pid: process.pid, started: new Date().toISOString() };
    await data.writeProperty(nameOf(number), Buffer.from(JSON.stringify(claim)));
    await delay(SETTLE_MS);
    if (await holdsClaim(data, { id, number })) return { id, number };
  }
  throw new BytecopyError('STORE_WRITERS_EXHAUSTED', `${taken.size} numbers of writers are taken`, {
    hint: 'keep the work folder of a writer from one run to the next: its number is in there',
  });
}

function firstFree(from: number, taken: ReadonlySet<string>): number {
  let number = from;
  while (taken.has(nameOf(number))) number = (number % MAX_WRITER_NUMBER) + 1;
  return number;
}

async function readId(data: DataLayer, number: number): Promise<string | undefined> {
  const bytes = await data.readProperty(nameOf(number));
  if (bytes === undefined) return undefined;
  try {
    const { id } = JSON.parse(Buffer.from(bytes).toString()) as { id?: unknown };
    return String(id);
  } catch {
    return '';
  }
}

function nameOf(number: number): string {
  return `${PREFIX}${String(number).padStart(5, '0')}`;
}

function randomNumber(): number {
  return randomInt(1, MAX_WRITER_NUMBER + 1);
}
