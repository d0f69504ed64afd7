/** `store`: what looks after a store. */
import type { Command } from 'commander';
import { checkPinName, initLayers, type OpenedStore } from '../../store/index.ts';
import { type Config, readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { parseWait } from '../options/duration.ts';
import { parseCount, parsePositive } from '../options/number.ts';
import { addRetentionOptions, describeRetention, type RetentionFlags, retentionOf } from '../options/retention.ts';
import { selectionOf } from '../options/selection.ts';
import { storeOption } from '../options/store.ts';
import type { RangeFlags } from '../options/time-range.ts';
import { renderRetention } from '../render/retention-report.ts';
import { renderPins, renderStoreOverview } from '../render/store-overview.ts';
import { DEFAULT_PIN_LIMIT, describePin, pin, unpin } from '../store-care/pin.ts';
import { type RepairFlags, repair } from '../store-care/repair.ts';
import { type VerifyFlags, verify } from '../store-care/verify.ts';
import { openPlace } from '../stores/open.ts';
import { type StorePlace, storePlace } from '../stores/place.ts';
import { dataClusterOf, indexClusterOf, sayingWhom } from '../stores/waiting-line.ts';

interface StoreFlags {
  readonly store?: string;
  readonly json?: boolean;
}

interface PinFlags extends StoreFlags, RangeFlags {
  readonly name: string;
  readonly limit?: number;
}

interface Chosen {
  readonly config: Config;
  readonly place: StorePlace;
}

export function addStoreCommand(program: Command, context: Context): void {
  const command = program.command('store').description('looks after the store');
  const add = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .addOption(storeOption('to look after'))
      .option('--json', 'one JSON object');
  const chosen = async (flags: StoreFlags): Promise<Chosen> => {
    const config = await readConfig(program.opts().config, context.environment);
    return { config, place: storePlace({ ...program.opts(), ...flags }, config, context.environment) };
  };
  const caringFor = async (flags: StoreFlags, work: (opened: OpenedStore, chosen: Chosen) => Promise<void>) => {
    const choice = await chosen(flags);
    const opened = await openPlace(choice.place, { access: 'read' }, context);
    try {
      await work(opened, choice);
    } finally {
      await opened.store.close();
    }
  };
  const print = (flags: StoreFlags, document: unknown, text: () => string): void => {
    context.stdout.write(`${flags.json ? JSON.stringify(document) : text()}\n`);
  };

  add('init', 'makes the store: its folder, and tables and templates on clusters').action(async (flags: StoreFlags) => {
    const { place } = await chosen(flags);
    const { path, data, index, name } = place;
    const whom = [dataClusterOf(place), indexClusterOf(place)].filter((name) => name !== undefined).join(', ');
    const make = () =>
      initLayers({ path, ...(data === undefined ? {} : { data }), ...(index === undefined ? {} : { index }) });
    await sayingWhom(whom || undefined, context, make);
    const { store, care } = await openPlace(place, { access: 'write' }, context);
    try {
      const { dataLayer, indexLayer, segmentMinutes, segments } = await care.overview();
      const document = { name, dataLayer, indexLayer, segmentMinutes, segments: segments.length };
      const made = `data in ${dataLayer}, index in ${indexLayer}, segments of ${segmentMinutes} min`;
      print(flags, document, () => `${name}: ${made}; ready for what is captured`);
    } finally {
      await store.close();
    }
  });

  add('info', 'what the store holds: segments, sizes, retention, pinned recordings').action(async (flags: StoreFlags) =>
    caringFor(flags, async ({ store, care }, { config, place }) => {
      const look = () => Promise.all([care.overview(), store.statistics()]);
      const [overview, statistics] = await sayingWhom(indexClusterOf(place), context, look);
      const retention = retentionOf({}, config);
      print(flags, { ...overview, ...statistics, retention }, () =>
        renderStoreOverview(place.name, overview, statistics, describeRetention(retention)),
      );
    }),
  );

  addRange(add('repair', 'makes the index agree with the data'))
    .option('--dry-run', 'tell what differs and change nothing (exit code 3 where something does)')
    .option('--every <time>', 'again and again until interrupted: 6h', parseWait)
    .action(async (flags: StoreFlags & RepairFlags) => {
      const { place } = await chosen(flags);
      const open = async () => {
        const { store, care } = await openPlace(place, { access: 'read' }, context);
        return { care, close: () => store.close() };
      };
      await repair(open, flags, context);
    });

  addRange(add('verify', 'reads every block and tells what is damaged or lost (exit code 3)')).action(
    async (flags: StoreFlags & VerifyFlags) => caringFor(flags, ({ care }) => verify(care, flags, context)),
  );

  addRetentionOptions(add('retain', 'drops what is too old or too much, as a capture does once a minute'))
    .option('--dry-run', 'tell what would be dropped')
    .action(async (flags: StoreFlags & RetentionFlags & { readonly dryRun?: boolean }) =>
      caringFor(flags, async ({ care }, { config }) => {
        const { dryRun = false } = flags;
        const report = await care.retain({ policy: retentionOf(flags, config), dryRun, now: context.clock.now() });
        print(flags, { ...report, dryRun }, () => renderRetention(report, { dryRun }));
      }),
    );

  add('pin', 'copies what is found into a recording that retention leaves alone')
    .argument('[query]', "which exchanges, as find takes it; '' is everything", '')
    .requiredOption('--name <name>', 'name of the recording', checkPinName)
    .option('--since <time>', 'from here on: 15m, 2h, 2026-11-21T10:00Z')
    .option('--until <time>', 'before this time')
    .option('--limit <n>', `refuse more exchanges than this (default: ${DEFAULT_PIN_LIMIT})`, parseCount)
    .action(async (query: string, flags: PinFlags) =>
      caringFor(flags, async (opened, { place }) => {
        const { name, limit = DEFAULT_PIN_LIMIT } = flags;
        const selection = selectionOf(query, flags, context.clock.now());
        const pinned = await pin(opened, { name, query, selection, limit, place }, context);
        print(flags, pinned, () => describePin(pinned));
      }),
    );

  add('pins', 'lists pinned recordings').action(async (flags: StoreFlags) =>
    caringFor(flags, async ({ care }) => {
      const pins = await care.pins();
      print(flags, { pins }, () => (pins.length === 0 ? 'no pinned recordings' : renderPins(pins)));
    }),
  );

  add('unpin', 'removes a pinned recording')
    .argument('<name>', 'as pins lists it', checkPinName)
    .action(async (name: string, flags: StoreFlags) =>
      caringFor(flags, async ({ care }, { place }) => {
        await unpin(care, name, place, context);
        print(flags, { removed: name }, () => `removed ${name}`);
      }),
    );
}

function addRange(command: Command): Command {
  return command
    .option('--since <time>', 'from here on: 15m, 2h, 2026-11-21T10:00Z')
    .option('--until <time>', 'before this time')
    .option('--rate <n>', 'blocks read a second at most (default: no limit)', parsePositive);
}
