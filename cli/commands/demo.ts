import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { completenessOf, formatExchangeId, KEY_BYTES, toSecretKey } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { captureRefusal, isInNamespace, runInNamespace } from '../demo/namespace.ts';
import { captureVisits, findTrace, REPLAY_SPEED, replayVisits, VISITS, VISITS_PER_SECOND } from '../demo/run-demo.ts';
import { startShop } from '../demo/shop/index.ts';
import { renderCompleteness, renderLedger, renderReplayReport, renderTraceTree } from '../render/index.ts';
import { openForReading } from '../stores/open.ts';

/** Where `--keep` leaves the store: where the tour in the README looks for it. */
const KEPT_STORE = 'demo-store';
const SHOP_SEED = 7;

export function addDemoCommand(program: Command, context: Context): void {
  program
    .command('demo')
    .description('the whole path on this machine: a small shop is captured, stored, searched, replayed and mirrored')
    .option('--keep', `keep the captured store in ./${KEPT_STORE}`)
    .action(async (flags: { readonly keep?: boolean }) => {
      const refusal = await captureRefusal();
      if (refusal === undefined) return await demo(context, flags.keep === true);
      if (isInNamespace(context.environment)) throw refusal;
      context.stdout.write('this user may not capture here: the demo runs in a namespace of its own\n');
      context.exitCode = await runInNamespace(context.environment, refusal);
    });
}

async function demo(context: Context, keep: boolean): Promise<void> {
  const say = (text: string) => context.stdout.write(`${text}\n`);
  const title = (text: string) => say(`\n── ${text} ${'─'.repeat(Math.max(0, 100 - text.length))}\n`);
  const folder = keep ? undefined : await mkdtemp(join(tmpdir(), 'bytecopy-demo-'));
  const path = folder === undefined ? KEPT_STORE : join(folder, 'store');
  if (keep) await rm(path, { recursive: true, force: true });
  // Gone with this process: what it sealed stays sealed, and nothing is left in the user's own keys.
  const key = toSecretKey(randomBytes(KEY_BYTES));
  const shop = await startShop({ seed: SHOP_SEED });
  try {
    const [next, mirrored] = [await shop.startNewFront(), await shop.startNewFront()];
    title('capture');
    say(`a shop is open: front ${shop.front.url} asks catalogue ${shop.catalogue.url}`);
    say(
      `${VISITS} visits at ${VISITS_PER_SECOND} a second; both hops are captured, and each visit is mirrored to ${mirrored.url}`,
    );
    const { visits, ledger, mirror } = await captureVisits(path, key, shop, mirrored, context);
    if (context.interrupted.aborted) {
      context.exitCode = 130;
      return;
    }
    say(`${visits.sent} visits were answered, ${visits.failed} failed`);

    const store = await openForReading(path, context);
    try {
      const { exchanges } = await store.statistics();
      say(`${exchanges} exchanges are in the store`);
      const trace = await findTrace(store);
      title('one trace');
      say(renderTraceTree(trace));
      title(`the front's visits again, ${REPLAY_SPEED} times as fast, to its next build`);
      say(renderReplayReport(await replayVisits(store, key, next, context)));
      title('the same visits as they were mirrored live');
      say(renderReplayReport(mirror));
      title('ledger of the capture');
      say(`${renderCompleteness(completenessOf(ledger))}\n${renderLedger(ledger)}`);
      if (keep) {
        title('kept');
        say(`the store is in ./${KEPT_STORE}; for example`);
        say(`  npx bytecopy find 'service:front AND status:201' --store ${KEPT_STORE}`);
        say(
          `  npx bytecopy show ${trace[0] === undefined ? 'ID' : formatExchangeId(trace[0].id)} --store ${KEPT_STORE}`,
        );
        say(`  npx bytecopy trace ${trace[0]?.trace?.traceId ?? 'TRACE'} --store ${KEPT_STORE}`);
      }
    } finally {
      await store.close();
    }
  } finally {
    await shop.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
