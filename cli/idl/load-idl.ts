/** Thrift IDL files that a user names: read with what they include, parsed, turned into names. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { BytecopyError } from '../../core/index.ts';
import { type IdlDocument, ThriftNames } from '../../parser/index.ts';
import type { ParseIdl } from './parse-idl.ts';

/** Files followed at most, so that generated include trees end. */
const MAX_FILES = 10_000;

interface Wanted {
  readonly file: string;
  /** Where it is asked for, for errors. */
  readonly askedBy: string;
}

/**
 * @param files as named by the user, in the order in which functions are looked up
 * @returns undefined where no file is named
 * @throws BytecopyError `IDL_UNREADABLE`, `IDL_INVALID` (exit code 2) naming file, line and what is wrong
 */
export async function loadIdl(files: readonly string[]): Promise<ThriftNames | undefined> {
  if (files.length === 0) return undefined;
  // Only those who name files pay for the package.
  const { parseIdl } = await import('./parse-idl.ts');
  const documents = new Map<string, IdlDocument>();
  const waiting: Wanted[] = files.map((file) => ({ file: resolve(file), askedBy: '' }));
  for (const wanted of waiting) {
    if (documents.has(wanted.file)) continue;
    if (documents.size >= MAX_FILES) {
      throw new BytecopyError('IDL_INVALID', `IDL file ${wanted.file}: more than ${MAX_FILES} files are included`, {
        hint: 'name the files that are needed alone',
        exitCode: 2,
      });
    }
    documents.set(wanted.file, readDocument(wanted, parseIdl, waiting));
  }
  return new ThriftNames([...documents.values()]);
}

function readDocument(wanted: Wanted, parseIdl: ParseIdl, waiting: Wanted[]): IdlDocument {
  const { file } = wanted;
  const { body, includes } = parseIdl(readText(wanted), file);
  const byName = new Map<string, string>();
  for (const { path, line } of includes) {
    const included = resolve(dirname(file), path);
    byName.set(basename(path, '.thrift'), included);
    waiting.push({ file: included, askedBy: `${file}:${line}` });
  }
  return { file, body, includes: byName };
}

function readText({ file, askedBy }: Wanted): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw new BytecopyError('IDL_UNREADABLE', `IDL file ${file}: ${why}`, {
      hint: askedBy === '' ? '--idl or the config file names it' : `${askedBy} includes it`,
      exitCode: 2,
      cause,
    });
  }
}
