import type { Command } from 'commander';
import { BytecopyError, type Exchange, parseExchangeId } from '../../core/index.ts';
import { SecretCutter } from '../../parser/index.ts';
import { type Config, readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { loadIdl } from '../idl/load-idl.ts';
import { findKeys, keyFilePath, recordAudit, unsealed } from '../keys/index.ts';
import { addIdlOption, type IdlFlags, idlFiles } from '../options/idl.ts';
import { addRecordingOption, type RecordingFlags } from '../options/recording.ts';
import { storeOption } from '../options/store.ts';
import { carriesThrift, renderExchange, renderExchangeDocument } from '../render/index.ts';
import { openForReading } from '../stores/open.ts';
import { storePlace } from '../stores/place.ts';

interface ShowFlags extends IdlFlags, RecordingFlags {
  readonly store?: string;
  readonly withSecrets?: boolean;
  readonly json?: boolean;
  readonly raw?: boolean;
}

export function addShowCommand(program: Command, context: Context): void {
  const command = program
    .command('show')
    .description('one exchange in full')
    .argument('<id>', 'exchange id, as find prints it')
    .addOption(storeOption('to look in'))
    .option('--with-secrets', 'print credentials instead of placeholders')
    .option('--raw', 'bodies as sent: no chunks joined, nothing decompressed')
    .option('--json', 'one JSON line with heads, and bodies both as sent and decoded');
  addRecordingOption(addIdlOption(command)).action(async (id: string, flags: ShowFlags) => {
    const config = await readConfig(program.opts().config, context.environment);
    const wanted = parseExchangeId(id);
    const store = await openForReading(
      storePlace({ ...program.opts(), ...flags }, config, context.environment),
      context,
    );
    try {
      const stored = await store.get(wanted);
      if (stored === undefined) {
        throw new BytecopyError('EXCHANGE_NOT_FOUND', `no exchange ${id} in this store`, {
          hint: "bytecopy find '' lists what there is; --store names another store",
        });
      }
      const withSecrets = flags.withSecrets === true;
      const exchange = withSecrets
        ? await withItsSecrets(stored, id, program, config, context)
        : new SecretCutter(config.secrets ?? {}).cut(stored);
      // Other exchanges have no fields to name: whatever is wrong with the files is no matter there.
      const isThrift = exchange.protocol === 'thrift' || carriesThrift(exchange);
      const names = isThrift ? await loadIdl(idlFiles(flags, config)) : undefined;
      const text = flags.json
        ? renderExchangeDocument(exchange, withSecrets, names)
        : renderExchange(exchange, {
            withSecrets,
            color: context.stdout.isTTY === true,
            raw: flags.raw === true,
            names,
          });
      context.stdout.write(`${text}\n`);
    } finally {
      await store.close();
    }
  });
}

/** What is opened is on record before it is shown. */
async function withItsSecrets(
  stored: Exchange,
  id: string,
  program: Command,
  config: Config,
  context: Context,
): Promise<Exchange> {
  if (stored.sealed.length === 0) return stored;
  const found = await findKeys(program.opts(), config, context);
  const path = found?.path ?? keyFilePath(program.opts(), config, context.environment);
  const opened = unsealed(stored, {
    ring: found?.ring,
    path,
    otherwise: 'without --with-secrets placeholders are shown',
  });
  const keys = [...new Set(stored.sealed.map(({ keyId }) => keyId))];
  await recordAudit(path, { at: context.clock.now(), command: 'show', exchanges: [id], keys });
  return opened;
}
