import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { fieldRows, renderFieldTable } from '../render/index.ts';

export function addFieldsCommand(program: Command, context: Context): void {
  program
    .command('fields')
    .description('the fields that queries can name, with their other names')
    .option('--json', 'JSON lines')
    .action(({ json }: { readonly json?: boolean }) => {
      const text = json
        ? fieldRows()
            .map((row) => JSON.stringify(row))
            .join('\n')
        : renderFieldTable();
      context.stdout.write(`${text}\n`);
    });
}
