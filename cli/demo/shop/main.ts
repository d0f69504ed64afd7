/**
 * `npm run shop`: the shop with customers, to capture from and to replay to, until Ctrl-C or for a stated time.
 *
 *     --port N      the front's port (default 8080); the catalogue has the next one, the new build of the front the one after
 *     --rate N      visits a second (default 20)
 *     --seconds N   end after this long
 */
import { parseArgs } from 'node:util';
import { BytecopyError } from '../../../core/index.ts';
import { driveShop } from './drive-shop.ts';
import { startShop } from './start-shop.ts';

const SEED = 2_026;

/** Stands for "until Ctrl-C": more visits than anybody waits for. */
const FOREVER_VISITS = 1_000_000_000;

const closing = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => closing.abort());

try {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, rate: { type: 'string' }, seconds: { type: 'string' } },
  });
  const port = whole('--port', values.port ?? '8080', 65_533);
  const ratePerSecond = whole('--rate', values.rate ?? '20', 10_000);
  const requests =
    values.seconds === undefined ? FOREVER_VISITS : whole('--seconds', values.seconds, 86_400) * ratePerSecond;
  await open(port, ratePerSecond, requests);
} catch (error) {
  console.error(`shop: ${(error as Error).message}`);
  if (error instanceof BytecopyError && error.hint !== undefined) console.error(`  ${error.hint}`);
  process.exitCode = 2;
}

async function open(port: number, ratePerSecond: number, requests: number): Promise<void> {
  const shop = await startShop({ seed: SEED, port });
  try {
    const newFront = await shop.startNewFront();
    console.log(`front ${shop.front.url}, catalogue ${shop.catalogue.url}, new build of the front ${newFront.url}`);
    console.log(`${ratePerSecond} visits a second; Ctrl-C closes`);
    const { signal } = closing;
    const report = await driveShop({ frontUrl: shop.front.url, requests, ratePerSecond, seed: SEED, signal });
    console.log(`closed after ${report.sent} visits, ${report.failed} without an answer`);
  } finally {
    await shop.stop();
  }
}

function whole(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new BytecopyError('USAGE', `${flag} ${text} is not a whole number from 1 to ${most}`, { exitCode: 2 });
}
