import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type UnitInput, UnitMap, UnitRouter, unitsSchema } from '../../emitter/units/index.ts';
import { rangeProblems } from '../../emitter/units/slot-ranges.ts';

const SLOTS = 12;
const USERS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay'];
const UNITS = ['a', 'b', 'c'];

type Step =
  | { readonly kind: 'send'; readonly user: string }
  | { readonly kind: 'end'; readonly choice: number }
  | { readonly kind: 'prepare'; readonly owners: readonly string[]; readonly lab: string | undefined }
  | { readonly kind: 'commit' | 'abort' };

const owners = fc.array(fc.constantFrom(...UNITS), { minLength: SLOTS, maxLength: SLOTS });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), user: fc.constantFrom(...USERS) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('end' as const), choice: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('prepare' as const),
        owners,
        lab: fc.option(fc.constantFrom(...USERS), { nil: undefined }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'abort' as const) }) },
  ),
  { maxLength: 200 },
);

function optionsOf(slotOwners: readonly string[], version: number, lab?: string) {
  const options: UnitInput = {
    user: 'client',
    hash: 'murmur3',
    slots: SLOTS,
    ranges: slotOwners.map((unit, slot) => ({ unit, from: slot, to: slot + 1 })),
    overrides: lab === undefined ? {} : { [lab]: 'lab' },
    version,
  };
  return unitsSchema.parse(options);
}

interface Sent {
  readonly user: string;
  readonly ordinal: number;
}

/** Sends at once what may go, and keeps its own account of what is under way where, and what is whose next. */
class Dispatch {
  readonly router: UnitRouter<Sent>;
  readonly underWay: { readonly sent: Sent; readonly unit: string }[] = [];
  readonly #next = new Map<string, number>();
  readonly #begun = new Map<string, number>();
  #now = 0;
  version = 1;

  constructor(first: readonly string[]) {
    this.router = new UnitRouter(optionsOf(first, 1));
  }

  run(step: Step): void {
    this.#now++;
    switch (step.kind) {
      case 'send': {
        const ordinal = this.#next.get(step.user) ?? 0;
        this.#next.set(step.user, ordinal + 1);
        const sent = { user: step.user, ordinal };
        if (this.router.holds(step.user)) expect(this.router.hold(step.user, sent, 1, this.#now)).toBe(true);
        else this.#begin(sent);
        return;
      }
      case 'end': {
        const [ended] = this.underWay.splice(step.choice % Math.max(1, this.underWay.length), 1);
        if (ended !== undefined) this.#beginAll(this.router.ended(ended.sent.user, this.#now));
        return;
      }
      case 'prepare': {
        const options = optionsOf(step.owners, ++this.version, step.lab);
        try {
          this.router.prepare(options, this.#now);
        } catch (error) {
          expect(error).toMatchObject({ code: 'REPLAY_UNITS_CHANGE_REFUSED' });
        }
        return;
      }
      case 'commit': {
        const isReady = this.router.ready;
        const held = this.router.held;
        const released = this.router.commit(this.#now);
        if (isReady) expect(released).toHaveLength(held);
        this.#beginAll(released);
        return;
      }
      case 'abort':
        this.#beginAll(this.router.abort(this.#now));
        return;
      default:
        step satisfies never;
    }
  }

  #beginAll(sends: readonly Sent[]): void {
    for (const sent of sends) this.#begin(sent);
  }

  #begin(sent: Sent): void {
    const { user, ordinal } = sent;
    expect(this.router.holds(user)).toBe(false);
    expect(ordinal).toBe(this.#begun.get(user) ?? 0);
    this.#begun.set(user, ordinal + 1);
    const unit = this.router.unitOf(user) as string;
    for (const other of this.underWay) if (other.sent.user === user) expect(other.unit).toBe(unit);
    expect(this.router.misrouted(unit, user)).toBe(false);
    this.router.began(user, unit);
    this.underWay.push({ sent, unit });
  }

  /** Everything that was sent has begun. */
  settle(): void {
    while (this.underWay.length > 0) this.run({ kind: 'end', choice: 0 });
    this.run({ kind: 'commit' });
    while (this.underWay.length > 0) this.run({ kind: 'end', choice: 0 });
    expect(Object.fromEntries(this.#begun)).toEqual(Object.fromEntries(this.#next));
  }
}

test('whatever is prepared, committed, aborted, begun and ended, no user is at two units at once and order is kept', () => {
  fc.assert(
    fc.property(owners, steps, (first, script) => {
      const dispatch = new Dispatch(first);
      for (const step of script) dispatch.run(step);
      dispatch.settle();
      const { router } = dispatch;
      const report = router.report();
      expect([report.misrouted, report.heldNow, router.held]).toEqual([0, 0, 0]);
      for (const change of report.changes) expect(change.released).toBe(change.held);
      for (const user of USERS) expect(router.holds(user)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('ranges without problems give each slot the one range that has it', () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 20 });
  fc.assert(
    fc.property(cuts, fc.integer(), (places, shift) => {
      const edges = [0, ...places.sort((one, other) => one - other), 1_000];
      const ranges = edges.slice(1).map((to, at) => ({ unit: `u${at}`, from: edges[at] as number, to }));
      const [first, ...rest] = ranges;
      const turned = shift % 2 === 0 ? ranges : [...rest, first as (typeof ranges)[number]];
      expect(rangeProblems(turned, 1_000)).toEqual([]);
      const map = new UnitMap({ hash: 'fnv1a', slots: 1_000, ranges: turned, overrides: {}, version: 1 });
      for (const user of USERS) {
        const slot = map.slotOf(user);
        expect(map.unitOf(user)).toBe(ranges.find(({ from, to }) => from <= slot && slot < to)?.unit);
      }
    }),
  );
});

test('any ranges are complete and without overlap, or it is said that they are not', () => {
  const range = fc.record({ unit: fc.constantFrom(...UNITS), from: fc.nat(20), to: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
      const owned = Array.from({ length: 16 }, (_, slot) => ranges.filter(({ from, to }) => from <= slot && slot < to));
      const isGood =
        owned.every((owners) => owners.length === 1) && ranges.every(({ from, to }) => from < to && to <= 16);
      expect(rangeProblems(ranges, 16).length === 0).toBe(isGood);
    }),
    { numRuns: 2_000 },
  );
});
