/** What a replay is about to do, in words, and the choices that only its user can make. */
import { BytecopyError } from '../../core/index.ts';
import type { TimingOptions } from '../../emitter/index.ts';
import { escapeForTerminal } from '../render/index.ts';
import type { Forecast } from './forecast.ts';

const OPERATIONS_SHOWN = 5;

/** One paragraph: how many, for how long, at which peak, which writes. */
export function describeForecast(
  expected: Forecast,
  timing: TimingOptions,
  { times = 1, to }: { readonly times?: number; readonly to: string },
): string {
  const sends = Math.round(expected.whole * times);
  const recordedSeconds = (expected.lastAt - expected.firstAt) / 1_000_000;
  const lines = [`replaying ${sends} requests to ${to}: ${rhythm(timing, expected, sends, recordedSeconds, times)}`];
  if (expected.whole < expected.exchanges) {
    lines.push(
      `${expected.exchanges - expected.whole} of ${expected.exchanges} exchanges hold no whole HTTP request and stay behind`,
    );
  }
  if (expected.writes.length > 0) lines.push(`writes: ${describeWrites(expected)}`);
  return lines.join('\n');
}

function rhythm(timing: TimingOptions, expected: Forecast, sends: number, seconds: number, times: number): string {
  switch (timing.kind) {
    case 'recorded': {
      const peak = Math.round(expected.peakPerSecond * timing.speed * times);
      return `${(seconds / timing.speed).toFixed(1)} s at ${timing.speed}x, at most ${peak} a second`;
    }
    case 'rate':
      return `${timing.perSecond} a second for ${(sends / timing.perSecond).toFixed(1)} s`;
    case 'max':
      return 'as fast as it answers';
    default:
      return timing satisfies never;
  }
}

function describeWrites({ writes }: Forecast): string {
  const shown = writes
    .slice(0, OPERATIONS_SHOWN)
    .map(({ operation, count }) => `${count} × ${escapeForTerminal(operation)}`);
  const more = writes.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} operations more` : shown.join(', ');
}

/**
 * Refuses before anything is sent.
 *
 * @throws BytecopyError `REPLAY_EMPTY` (exit code 1), `REPLAY_WRITES_UNDECIDED` (exit code 2)
 */
export function requireDecisions(
  expected: Forecast,
  sending: { readonly writes: 'undecided' | 'allow' | 'skip' },
): void {
  if (expected.exchanges === 0) {
    throw new BytecopyError('REPLAY_EMPTY', 'the selection holds no exchange', {
      hint: "bytecopy find '' shows what there is; --store names another store",
    });
  }
  if (expected.whole === 0) {
    throw new BytecopyError('REPLAY_EMPTY', `none of the ${expected.exchanges} exchanges selected can be replayed`, {
      hint: 'whole requests of HTTP can; other protocols are recorded only',
    });
  }
  if (expected.writes.length > 0 && sending.writes === 'undecided') {
    throw new BytecopyError('REPLAY_WRITES_UNDECIDED', `the selection holds writes: ${describeWrites(expected)}`, {
      hint: '--allow-writes sends them, --read-only leaves them out',
      exitCode: 2,
    });
  }
}
