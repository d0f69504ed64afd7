/**
 * The health of all targets, which together decide how many of them may be ejected, and what share of its weight each takes.
 *
 *     prober.checked ─┐
 *     lane: ended ────┼─▶ TargetHealth ──▶ onShare(id, share) ──▶ the choice of targets
 *     tick ───────────┘
 */
import type { Micros } from '../../core/index.ts';
import { type HealthReport, healthReport } from './health-report.ts';
import type { HealthOptions } from './options.ts';
import { TargetHealth } from './target-health.ts';

/** Steps of a growing share that are told: keys come back in so many slices, and nothing is told in between. */
const SHARE_STEP = 0.01;
/** Against what a product of shares lacks of a whole target. */
const ROUNDING = 1e-9;

export interface HealthGroupDeps {
  /** Called when a target's share has changed: at once where it goes out, by `tick` while it grows. */
  readonly onShare: (id: string, share: number, now: Micros) => void;
}

interface Member {
  readonly health: TargetHealth;
  told: number;
}

export class HealthGroup {
  readonly #options: HealthOptions;
  readonly #deps: HealthGroupDeps;
  readonly #members = new Map<string, Member>();

  constructor(options: HealthOptions, deps: HealthGroupDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** @returns the health it has from now on; the one it had where it was there already */
  add(id: string, now: Micros): TargetHealth {
    const there = this.#members.get(id);
    if (there !== undefined) return there.health;
    const health: TargetHealth = new TargetHealth(this.#options, now, {
      mayEject: () => this.#mayEject(),
      onChange: ({ at }) => this.#tell(id, member, at),
    });
    const member: Member = { health, told: 1 };
    this.#members.set(id, member);
    return health;
  }

  /** It is not reported any more. Idempotent. */
  remove(id: string): void {
    this.#members.delete(id);
  }

  get(id: string): TargetHealth | undefined {
    return this.#members.get(id)?.health;
  }

  /** About ten times a second. */
  tick(now: Micros): void {
    for (const [id, member] of this.#members) {
      const { health } = member;
      if (health.state === 'up') continue;
      health.tick(now);
      this.#tell(id, member, now);
    }
  }

  /** @param startedAt the run's start: changes are told from there */
  report(startedAt: Micros, now: Micros): HealthReport {
    return { targets: [...this.#members].map(([id, { health }]) => healthReport(id, health, startedAt, now)) };
  }

  #tell(id: string, member: Member, now: Micros): void {
    const share = member.health.share(now);
    if (share === member.told || (share > 0 && share < 1 && Math.abs(share - member.told) < SHARE_STEP)) return;
    member.told = share;
    this.#deps.onShare(id, share, now);
  }

  #mayEject(): boolean {
    if (this.#options.eject === false) return false;
    let ejected = 0;
    for (const { health } of this.#members.values()) if (health.state === 'ejected') ejected++;
    return ejected + 1 <= this.#members.size * this.#options.eject.mostEjectedShare + ROUNDING;
  }
}
