/** What a run with these options would not send, known before there is a run: for forecasts. */
import type { Exchange, NotSentReason } from '../core/index.ts';
import { AllowedTargets } from './allowed-targets.ts';
import { checkReplayOptions, type ReplayOptions } from './options.ts';
import { RequestPreparer } from './request/request-preparer.ts';
import { compileRequestKey } from './request-key/index.ts';
import { targetsOf } from './sending.ts';
import { guardOf, parseTarget, resolveTarget, type Target, TargetGuard } from './target.ts';
import { UnitRouter } from './units/index.ts';

export interface RequestCheck {
  /**
   * Why the exchange is not sent if writes are left out: `write-not-allowed` where nothing else is in its way.
   * @throws BytecopyError `REPLAY_TARGET_IS_RECORDED` (exit code 2)
   */
  readonly check: (exchange: Exchange) => NotSentReason | undefined;
  /** Key of the session whose order it keeps, empty where it has none; undefined where order is free. */
  readonly sessionOf: ((exchange: Exchange) => string) | undefined;
}

/**
 * Nothing is connected.
 * @throws BytecopyError `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID`, `REPLAY_TARGET_NOT_ALLOWED` (exit code 2),
 *   `REPLAY_TARGET_UNKNOWN` (exit code 1)
 */
export async function openRequestCheck(options: ReplayOptions): Promise<RequestCheck> {
  const checked = { ...checkReplayOptions(options), writes: 'skip' as const };
  const allowed = checked.allowedTargets === undefined ? undefined : new AllowedTargets(checked.allowedTargets);
  const written = new Set(targetsOf(checked).pools.flatMap(({ targets }) => targets.map(({ to }) => to)));
  const targets: Target[] = [];
  const guards: TargetGuard[] = [];
  for (const to of written) {
    const target = parseTarget(to);
    const endpoints = await resolveTarget(target);
    allowed?.check(target, endpoints);
    targets.push(target);
    guards.push(new TargetGuard(target, endpoints));
  }
  const guard = checked.allowTarget ? undefined : guardOf(guards);
  const units = checked.units === undefined ? undefined : new UnitRouter<never>(checked.units);
  const preparer = new RequestPreparer(checked, targets, { guard, units });
  return {
    check: (exchange) => preparer.check(exchange),
    sessionOf: checked.session === undefined ? undefined : compileRequestKey(checked.session, 'session'),
  };
}
