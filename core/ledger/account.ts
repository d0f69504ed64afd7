/**
 * One equation of the ledger: in = out + set aside by reason + held.
 *
 * An account names its terms as the stage speaks: `packets in = decoded + ignored(reason)`. What is still inside the
 * stage when a snapshot is taken is `held`; it is 0 once the stage has ended.
 */
export interface AccountReport {
  readonly in: number;
  readonly out: Readonly<Record<string, number>>;
  /** Group → reason → count, such as `ignored` → `not-tcp` → 12. */
  readonly aside: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly held: number;
  readonly balanced: boolean;
}

export class Account {
  /** What came in. Public and plain because it is counted up on the hot path. */
  in = 0;
  /** What went out as intended. */
  out = 0;
  /** What is inside at this moment. */
  held = 0;
  readonly name: string;
  /** What going out is called here: `decoded`, `paired`, `answered`. */
  readonly outName: string;
  readonly #aside = new Map<string, Map<string, number>>();

  constructor(name: string, outName: string) {
    this.name = name;
    this.outName = outName;
  }

  /** @param count below 0 takes back what was set aside before */
  setAside(group: string, reason: string, count = 1): void {
    let reasons = this.#aside.get(group);
    if (reasons === undefined) {
      reasons = new Map();
      this.#aside.set(group, reasons);
    }
    const sum = (reasons.get(reason) ?? 0) + count;
    if (sum === 0) reasons.delete(reason);
    else reasons.set(reason, sum);
    if (reasons.size === 0) this.#aside.delete(group);
  }

  /** Count set aside in a group for a reason, or in the whole group. */
  aside(group: string, reason?: string): number {
    const reasons = this.#aside.get(group);
    if (reasons === undefined) return 0;
    if (reason !== undefined) return reasons.get(reason) ?? 0;
    let sum = 0;
    for (const count of reasons.values()) sum += count;
    return sum;
  }

  report(): AccountReport {
    let accounted = this.out + this.held;
    for (const group of this.#aside.keys()) accounted += this.aside(group);
    return {
      in: this.in,
      out: { [this.outName]: this.out },
      aside: Object.fromEntries([...this.#aside].map(([group, reasons]) => [group, Object.fromEntries(reasons)])),
      held: this.held,
      balanced: accounted === this.in,
    };
  }
}
