import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';
import type { Context } from '../context.ts';

export function addCompletionCommand(program: Command, context: Context): void {
  program
    .command('completion')
    .description(
      'a script by which the shell completes commands, flags and queries: source <(bytecopy completion bash)',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => {
      context.stdout.write(completionScript(shell));
    });
}
