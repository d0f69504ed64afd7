/** The commander tree: one file a command, loaded when it is named, so that a short command starts fast. */
import { Command } from 'commander';
import { cutShellLine } from './completion/shell-line.ts';
import type { Context } from './context.ts';

type AddCommand = (program: Command, context: Context) => void;

/** By heading, in the order in which help lists them. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, () => Promise<AddCommand>>>>> = {
  'Start:': {
    demo: async () => (await import('./commands/demo.ts')).addDemoCommand,
    doctor: async () => (await import('./commands/doctor.ts')).addDoctorCommand,
  },
  'Record:': {
    capture: async () => (await import('./commands/capture.ts')).addCaptureCommand,
    import: async () => (await import('./commands/import.ts')).addImportCommand,
    mask: async () => (await import('./commands/mask.ts')).addMaskCommand,
    parse: async () => (await import('./commands/parse.ts')).addParseCommand,
    explain: async () => (await import('./commands/explain.ts')).addExplainCommand,
  },
  'Search:': {
    find: async () => (await import('./commands/find.ts')).addFindCommand,
    fields: async () => (await import('./commands/fields.ts')).addFieldsCommand,
    show: async () => (await import('./commands/show.ts')).addShowCommand,
    trace: async () => (await import('./commands/trace.ts')).addTraceCommand,
    export: async () => (await import('./commands/export.ts')).addExportCommand,
  },
  'Send:': {
    replay: async () => (await import('./commands/replay.ts')).addReplayCommand,
    mirror: async () => (await import('./commands/mirror.ts')).addMirrorCommand,
  },
  'Look after:': {
    store: async () => (await import('./commands/store.ts')).addStoreCommand,
    key: async () => (await import('./commands/key.ts')).addKeyCommand,
    completion: async () => (await import('./commands/completion.ts')).addCompletionCommand,
    complete: async () => (await import('./commands/complete.ts')).addCompleteCommand,
  },
};

const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = Object.assign({}, ...Object.values(GROUPS));

/** Looks at the others. */
const COMPLETE = 'complete';

/**
 * @param named the first argument: a command of that name is the only one loaded, and none for the version; otherwise all
 *   are, for help and errors
 * @param line the last argument: for completion, the line that is being written
 */
export async function createProgram(context: Context, named: string | undefined, line = ''): Promise<Command> {
  const program = new Command('bytecopy')
    .description('captures, keeps, finds and replays every byte a service receives, sends and asks of others')
    .version('0.1.0')
    .option('--config <file>', 'config file (default: bytecopy.yaml where there is one; environment BYTECOPY_CONFIG)')
    .option(
      '--key-file <file>',
      'keys that seal secrets (default: keys in the folder bytecopy of your config folder; environment BYTECOPY_KEY_FILE)',
    )
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(bytecopy COMMAND --help tells what it takes)');
  if (named === '--version' || named === '-V') return program;
  if (named === COMPLETE) return await withCommandsOf(line, program, context);
  const load = named !== undefined && Object.hasOwn(COMMANDS, named) ? COMMANDS[named] : undefined;
  if (load !== undefined) (await load())(program, context);
  else await withAllCommands(program, context);
  return program;
}

async function withAllCommands(program: Command, context: Context): Promise<void> {
  for (const [heading, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const load of Object.values(commands)) (await load())(program, context);
  }
  program.helpCommand('help [command]', 'what a command takes');
}

/** Of a line that is being written the command that it names, and the names of the others: a key press waits for them. */
async function withCommandsOf(line: string, program: Command, context: Context): Promise<Command> {
  const written = cutShellLine(line).words.find((word, i) => i > 0 && Object.hasOwn(COMMANDS, word));
  for (const [name, load] of Object.entries(COMMANDS)) {
    if (name === written || name === COMPLETE) (await load())(program, context);
    else program.command(name);
  }
  return program;
}
