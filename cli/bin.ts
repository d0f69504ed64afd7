#!/usr/bin/env node
/** The command line's entry: runs the program and turns every outcome into an exit code and a message. */
import { CommanderError } from 'commander';
import { BytecopyError } from '../core/index.ts';
import { createContext } from './context.ts';
import { createProgram } from './program.ts';

const context = createContext();

// A reader that closes our pipe (`| head`) has seen what it wanted; any other failure loses output.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(context.exitCode);
  context.stderr.write(`bytecopy: standard output cannot be written: ${error.message}\n`);
  process.exit(1);
});

// Nobody hears what is said: no reason to end a run, which has its report and its exit code still to give.
process.stderr.on('error', () => {});

try {
  const program = await createProgram(context, process.argv[2], process.argv.at(-1));
  await program.parseAsync();
  process.exitCode = context.exitCode;
} catch (error) {
  // What failed may have left connections or files open: nothing of them is waited for.
  const code = report(error);
  process.stdout.write('', () => process.exit(code));
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof AggregateError) return error.errors.map(report)[0] ?? 1;
  if (error instanceof BytecopyError) {
    context.stderr.write(`bytecopy: ${error.message}\n`);
    if (error.hint !== undefined) context.stderr.write(`  ${error.hint.replaceAll('\n', '\n  ')}\n`);
    return error.exitCode;
  }
  const detail = context.environment.BYTECOPY_DEBUG ? (error as Error).stack : (error as Error).message;
  context.stderr.write(
    `bytecopy: unexpected: ${detail}\n  this is a defect; BYTECOPY_DEBUG=1 shows where it happened\n`,
  );
  return 1;
}
