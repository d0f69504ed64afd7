#!/usr/bin/env node
/** The command line's entry: runs the program and turns every outcome into an exit code and a message. */
import { CommanderError } from 'commander';
import { BytecopyError } from '../core/index.ts';
import { createContext } from './context.ts';
import { createProgram } from './program.ts';

const context = createContext();

// A reader that closes our pipe (`| head`) has seen what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(context.exitCode);
  throw error;
});

try {
  const program = await createProgram(context, process.argv[2]);
  await program.parseAsync();
  process.exitCode = context.exitCode;
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof BytecopyError) {
    context.stderr.write(`bytecopy: ${error.message}\n`);
    if (error.hint !== undefined) context.stderr.write(`  ${error.hint}\n`);
    return error.exitCode;
  }
  const detail = context.environment.BYTECOPY_DEBUG ? (error as Error).stack : (error as Error).message;
  context.stderr.write(
    `bytecopy: unexpected: ${detail}\n  this is a defect; BYTECOPY_DEBUG=1 shows where it happened\n`,
  );
  return 1;
}
