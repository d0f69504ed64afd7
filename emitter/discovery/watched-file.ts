/**
 * A file that is read again when it changes, however it is changed: written in place, replaced by another, or reached by
 * links that change (as mounted configurations do).
 *
 *     event in its folder ─▶ wait ─▶ look: still changing? ─▶ wait …
 *                                       └ no, and not as read ─▶ read ─▶ tell
 */
import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Millis } from '../../core/index.ts';

/** What is written in several steps comes at once. */
const SETTLE_MS: Millis = 50;

export interface FileWatcher {
  /** The first time before `watchFile` returns, where the file can be read; then whenever the text is another. */
  text(text: string): void;
  /** It cannot be read, or no longer be watched. Once, until it can again. */
  unreadable(cause: NodeJS.ErrnoException): void;
}

export interface WatchedFile {
  /** Reads it now, and tells it even where it is as before. */
  reread(): void;
  /** Idempotent. */
  stop(): void;
}

export function watchFile(path: string, watcher: FileWatcher): WatchedFile {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let told: string | undefined;
  let trouble = '';
  let seen = '';
  let readAs = '';

  const fail = (cause: NodeJS.ErrnoException) => {
    if (stopped || trouble === cause.message) return;
    trouble = cause.message;
    watcher.unreadable(cause);
  };
  const read = (always: boolean) => {
    let text: string;
    try {
      readAs = stampOf(path);
      text = readFileSync(path, 'utf8');
    } catch (cause) {
      fail(cause as NodeJS.ErrnoException);
      return;
    }
    const recovered = trouble !== '';
    trouble = '';
    if (!always && !recovered && text === told) return;
    told = text;
    watcher.text(text);
  };
  const look = () => {
    timer = undefined;
    const stamp = stampOf(path);
    if (stamp !== seen) {
      seen = stamp;
      timer = setTimeout(look, SETTLE_MS);
    } else if (stamp !== readAs) read(false);
  };

  let folder: FSWatcher | undefined;
  try {
    folder = watch(dirname(path), () => {
      timer ??= setTimeout(look, SETTLE_MS);
    });
    folder.on('error', (cause) => fail(cause));
  } catch (cause) {
    fail(cause as NodeJS.ErrnoException);
  }
  read(false);
  return {
    reread: () => read(true),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      folder?.close();
    },
  };
}

/** Another one where the file is another or was written since; says why where it cannot be reached. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs}`;
  } catch (cause) {
    return (cause as Error).message;
  }
}
