/**
 * SIGHUP as the word to read anew, as daemons have it, unless the terminal is gone: then it means what it always does.
 *
 * A process whose terminal hangs up loses it as its controlling one, so that `/dev/tty` cannot be opened any more.
 */
import { closeSync, openSync } from 'node:fs';

/** @returns from then on SIGHUP ends the process again; idempotent */
export function onHangup(reread: () => void): () => void {
  const hadTerminal = hasTerminal();
  const others = process.listeners('SIGHUP');
  const hear = (signal: NodeJS.Signals) => {
    if (!hadTerminal || hasTerminal()) reread();
    else for (const other of others) other(signal);
  };
  for (const other of others) process.off('SIGHUP', other);
  process.on('SIGHUP', hear);
  let heard = true;
  return () => {
    if (!heard) return;
    heard = false;
    process.off('SIGHUP', hear);
    for (const other of others) process.on('SIGHUP', other);
  };
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
