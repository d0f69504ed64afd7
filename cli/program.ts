/** The commander tree: one file a command. */
import { Command } from 'commander';
import { addCaptureCommand } from './commands/capture.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addFindCommand } from './commands/find.ts';
import { addImportCommand } from './commands/import.ts';
import { addMirrorCommand } from './commands/mirror.ts';
import { addParseCommand } from './commands/parse.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addShowCommand } from './commands/show.ts';
import { addTraceCommand } from './commands/trace.ts';
import type { Context } from './context.ts';

export function createProgram(context: Context): Command {
  const program = new Command('bytecopy')
    .description('captures, keeps, finds and replays every byte a service receives, sends and asks of others')
    .version('0.1.0')
    .option('--config <file>', 'config file (default: bytecopy.yaml where there is one; environment BYTECOPY_CONFIG)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(bytecopy COMMAND --help tells what it takes)');
  for (const add of [
    addDemoCommand,
    addCaptureCommand,
    addMirrorCommand,
    addParseCommand,
    addImportCommand,
    addFindCommand,
    addShowCommand,
    addTraceCommand,
    addReplayCommand,
    addDoctorCommand,
  ]) {
    add(program, context);
  }
  return program;
}
