import type { Command } from 'commander';
import { runDoctor } from '../../collector/index.ts';
import type { Context } from '../context.ts';
import { renderChecks } from '../render/index.ts';

export function addDoctorCommand(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('checks privileges, capture, interfaces and clock of this machine')
    .option('--json', 'one JSON object')
    .action(async (flags: { readonly json?: boolean }) => {
      const checks = await runDoctor();
      const text = flags.json
        ? JSON.stringify({ checks })
        : renderChecks(checks, { color: context.stdout.isTTY === true });
      context.stdout.write(`${text}\n`);
      if (checks.some((check) => check.ok === 'failed')) context.exitCode = 1;
    });
}
