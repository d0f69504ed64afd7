import type { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { keyFilePath, readKeyFile, rotateKeyFile } from '../keys/index.ts';
import { renderPlainTable } from '../render/plain-table.ts';

export function addKeyCommand(program: Command, context: Context): void {
  const path = async () =>
    keyFilePath(program.opts(), await readConfig(program.opts().config, context.environment), context.environment);
  const command = program.command('key').description('the keys that seal secrets: passwords, tokens, cookies');
  command
    .command('list')
    .description('ids of the keys, newest first; the keys themselves stay in their file')
    .action(async () => {
      const file = await path();
      const keys = await readKeyFile(file);
      if (keys === undefined) {
        context.stdout.write(`no keys yet: capture and import make ${file}\n`);
        return;
      }
      const rows = keys.map(({ id, createdAt }, at) => [id, createdAt, at === 0 ? 'seals and opens' : 'opens']);
      const heads = ['key', 'made', 'use'].map((head) => ({ head, align: 'left' as const }));
      context.stdout.write(`${file}\n${renderPlainTable(heads, rows)}\n`);
    });
  command
    .command('rotate')
    .description('a new key seals from now on; the ones before it still open what they sealed')
    .action(async () => {
      const file = await path();
      const [newest] = await rotateKeyFile(file, context.clock.now());
      context.stdout.write(`${newest?.id} seals from now on; a capture that runs goes on with its key until it ends\n`);
    });
}
