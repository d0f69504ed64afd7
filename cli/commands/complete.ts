import { Argument, type Command } from 'commander';
import { candidatesOf } from '../completion/candidates.ts';
import { forShell, SHELLS } from '../completion/scripts.ts';
import { cutShellLine } from '../completion/shell-line.ts';
import type { Context } from '../context.ts';

/** What the scripts of `completion` ask: one candidate a line. @param program with all commands */
export function addCompleteCommand(program: Command, context: Context): void {
  program
    .command('complete', { hidden: true })
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .argument('<breaks>', 'characters at which the shell cuts words besides spaces')
    .argument('<line>', 'the command line up to the cursor')
    .action((_shell: string, breaks: string, line: string) => {
      const { words, current, quote } = cutShellLine(line);
      const found = forShell(candidatesOf(program, words, current), current, breaks, quote);
      if (found.length > 0) context.stdout.write(`${found.join('\n')}\n`);
    });
}
