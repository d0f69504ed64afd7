import type { Command } from 'commander';
import { runDoctor } from '../../collector/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { renderChecks } from '../render/index.ts';
import { checkServices } from '../stores/service-checks.ts';

export function addDoctorCommand(program: Command, context: Context): void {
  program
    .command('doctor')
    .description(
      'checks privileges, capture, interfaces and clock of this machine, and the services that the config file names',
    )
    .option('--json', 'one JSON object')
    .action(async (flags: { readonly json?: boolean }) => {
      const config = await readConfig(program.opts().config, context.environment);
      const checks = [...(await runDoctor()), ...(await checkServices(config))];
      const text = flags.json
        ? JSON.stringify({ checks })
        : renderChecks(checks, { color: context.stdout.isTTY === true });
      context.stdout.write(`${text}\n`);
      if (checks.some((check) => check.ok === 'failed')) context.exitCode = 1;
    });
}
