/**
 * Pinned recordings of a store, a property `pins/NAME` each: what was asked and what was copied. The recording is a
 * store of its own; the note is how it is found again, and whether it is whole.
 */
import { type ByteCount, BytecopyError, type DataLayer, type Micros } from '../../core/index.ts';

export interface Pin {
  readonly name: string;
  /** As the user wrote it. */
  readonly query: string;
  readonly since?: Micros;
  readonly until?: Micros;
  readonly pinnedAt: Micros;
  /** One that is `copying` was not finished, or is not yet. */
  readonly state: 'copying' | 'complete';
  readonly exchanges: number;
  readonly byteCount: ByteCount;
}

const PREFIX = 'pins/';
/** What a pinned recording may be called. */
export const PIN_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** @throws BytecopyError `PIN_NAME_INVALID` (exit code 2) */
export function checkPinName(name: string): string {
  if (PIN_NAME.test(name)) return name;
  throw new BytecopyError('PIN_NAME_INVALID', `"${name}" is no name for a pinned recording`, {
    hint: 'a name is up to 40 of a-z, 0-9 and -, and begins with none of the last',
    exitCode: 2,
  });
}

export async function readPins(data: DataLayer): Promise<readonly Pin[]> {
  const pins: Pin[] = [];
  for (const name of await data.properties(PREFIX)) {
    const bytes = await data.readProperty(name);
    if (bytes === undefined) continue;
    try {
      pins.push(JSON.parse(Buffer.from(bytes).toString()) as Pin);
    } catch {
      pins.push(damagedPin(name.slice(PREFIX.length)));
    }
  }
  return pins;
}

/** @param pin undefined forgets it */
export function writePin(data: DataLayer, name: string, pin: Pin | undefined): Promise<void> {
  const bytes = pin === undefined ? undefined : Buffer.from(JSON.stringify(pin));
  return data.writeProperty(`${PREFIX}${checkPinName(name)}`, bytes);
}

/** Its recording can still be read by its name. */
function damagedPin(name: string): Pin {
  return { name, query: '', pinnedAt: 0, state: 'copying', exchanges: 0, byteCount: 0 };
}
