/** A file that cannot be written, in words. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { BytecopyError } from '../../core/index.ts';

/** @param what is written, as messages should call it: a path, the ledger */
export function writeFailure(what: string, path: string, cause: Error): BytecopyError {
  return new BytecopyError('OUTPUT_FAILED', `cannot write ${what}: ${reasonOf(cause, path)}`, {
    cause,
    hint: 'name another path, or make room and give permission there',
  });
}

/**
 * Looks before a long run whether its file can be written at the end; nothing is made.
 *
 * @returns the path
 * @throws BytecopyError `OUTPUT_FAILED`
 */
export function requireWritable(what: string, path: string): string {
  try {
    const known = statSync(path, { throwIfNoEntry: false });
    if (known?.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    accessSync(known === undefined ? dirname(path) : path, constants.W_OK);
  } catch (cause) {
    throw writeFailure(what, path, cause as Error);
  }
  return path;
}

function reasonOf(cause: NodeJS.ErrnoException, path: string): string {
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no folder ${dirname(path)}`;
    case 'EISDIR':
      return `${path} is a folder`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not write ${path}`;
    case 'EROFS':
      return `${path} is on a file system that is read-only`;
    case 'ENOSPC':
      return 'no space is left';
    default:
      return cause.message;
  }
}
