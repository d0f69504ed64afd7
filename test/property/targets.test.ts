import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TargetEntry, TargetSet, targetSetSchema } from '../../emitter/targets/index.ts';

interface PoolOf {
  readonly weight: number;
  readonly standby: boolean;
  readonly unit: string | undefined;
  readonly weights: readonly number[];
}

type Balance = { by: 'weight' } | { by: 'sticky'; key: string } | { by: 'hash'; key: string; bound: number };

/** What the test knows of a target: its pool and its place in it are in its id. */
interface Known {
  readonly id: string;
  readonly pool: PoolOf;
  weight: number;
  availability: number;
}

const weight = fc.integer({ min: 1, max: 20 });
const unit = fc.constantFrom(undefined, undefined, 'a', 'b');
const pool: fc.Arbitrary<PoolOf> = fc.record({
  weight,
  standby: fc.constantFrom(false, false, true),
  unit,
  weights: fc.array(weight, { minLength: 1, maxLength: 5 }),
});
const pools = fc.array(pool, { minLength: 1, maxLength: 5 });
const bound = fc.constantFrom(1, 1.1, 1.25, 2);
/** Sends by which a target may be ahead or behind since the last change: what the turns of pools and of targets make together. */
const LIMIT = 4;
const STICKY: Balance = { by: 'sticky', key: 'header:x' };
const KEYS = Array.from({ length: 300 }, (_, at) => `key ${at}`);

/** A target by number, and what it becomes. */
const change = fc.record({ target: fc.nat(24), availability: fc.constantFrom(0, 0, 1, 1, 0.1, 0.3, 0.5, 0.8) });

test('sends go to targets that take something, of the right unit, and to standby only when nothing else takes any', () => {
  const balances = fc.oneof(
    fc.constant<Balance>({ by: 'weight' }),
    fc.constant(STICKY),
    bound.map((of): Balance => ({ by: 'hash', key: 'header:x', bound: of })),
  );
  const steps = fc.array(fc.tuple(change, unit, fc.constantFrom('', 'one', 'two')), { maxLength: 40 });
  fc.assert(
    fc.property(pools, balances, steps, (shape, balance, all) => {
      const { set, known } = benchOf(shape, balance);
      for (const [changed, asked, key] of all) {
        apply(set, known, changed);
        const allowed = candidates(known, asked);
        const entry = set.choose(key, asked, 0);
        expect(allowed.map(({ id }) => id).includes(entry?.id ?? '')).toBe(allowed.length > 0);
        expect(entry === undefined).toBe(allowed.length === 0);
        if (entry !== undefined) set.began(entry);
      }
    }),
  );
});

test('between changes every target gets its share of the turns, within a few sends, and no change makes a burst', () => {
  const steps = fc.array(fc.tuple(change, fc.nat({ max: 300 })), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(pools, steps, (shape, all) => {
      const { set, known } = benchOf(shape, { by: 'weight' });
      for (const [changed, turns] of all) {
        apply(set, known, changed);
        const shares = sharesOf(known, undefined);
        const counts = new Map<string, number>();
        let farthest = 0;
        for (let turn = 1; turn <= turns; turn++) {
          const id = set.choose('', undefined, 0)?.id ?? '';
          counts.set(id, (counts.get(id) ?? 0) + 1);
          for (const [target, share] of shares) {
            farthest = Math.max(farthest, Math.abs((counts.get(target) ?? 0) - turn * share));
          }
        }
        expect(farthest).toBeLessThan(LIMIT);
      }
    }),
  );
});

test('keys are spread by the weights of pools and targets, also where some are out', () => {
  const many = Array.from({ length: 5_000 }, (_, at) => `user:${at}`);
  fc.assert(
    fc.property(pools, fc.uniqueArray(fc.nat(24), { maxLength: 5 }), (shape, outs) => {
      const { set, known } = benchOf(shape, STICKY);
      for (const target of outs) apply(set, known, { target, availability: 0 });
      const counts = new Map<string, number>();
      for (const key of many) {
        const id = set.choose(key, undefined, 0)?.id ?? '';
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      for (const [id, share] of sharesOf(known, undefined)) {
        // Six standard deviations: by chance once in many millions of runs.
        const most = 6 * Math.sqrt(many.length * share * (1 - share)) + 10;
        expect(Math.abs((counts.get(id) ?? 0) - many.length * share)).toBeLessThan(most);
      }
    }),
  );
});

test('when a target’s health changes, keys move to it or from it and nowhere else', () => {
  fc.assert(
    fc.property(pools, fc.array(change, { minLength: 1, maxLength: 25 }), (shape, changes) => {
      const { set, known } = benchOf(shape, STICKY);
      let before = placesOf(set);
      for (const changed of changes) {
        const target = known[changed.target % known.length] as Known;
        const isBetter = changed.availability > target.availability;
        apply(set, known, changed);
        const after = placesOf(set);
        const moved = before.flatMap((id, at) => (id === after[at] ? [] : [isBetter ? after[at] : id]));
        expect(moved.filter((id) => id !== target.id)).toEqual([]);
        before = after;
      }
    }),
  );
});

test('when a target’s weight changes, or it is added or taken out, keys move to it or from it and nowhere else', () => {
  const step = fc.tuple(
    fc.nat(24),
    fc.constantFrom<number | 'added' | 'removed'>(0, 0.5, 1, 5, 20, 'added', 'removed'),
  );
  fc.assert(
    fc.property(pools, fc.array(step, { minLength: 1, maxLength: 25 }), (shape, steps) => {
      const { set, known } = benchOf(shape, STICKY);
      let before = placesOf(set);
      for (const [target, what] of steps) {
        const id = idOf(known, target);
        const was = set.get(id)?.weight ?? 0;
        if (what === 'removed') set.remove(id, 0, () => {});
        else if (what === 'added') addAgain(set, id);
        else set.setWeight(id, what, 0);
        const isMore = (set.get(id)?.weight ?? 0) > was;
        const after = placesOf(set);
        const moved = before.flatMap((place, at) => (place === after[at] ? [] : [isMore ? after[at] : place]));
        expect(moved.filter((place) => place !== id)).toEqual([]);
        before = after;
      }
    }),
  );
});

test('a target that goes out and comes back by steps moves each of its keys once each way', () => {
  const steps = fc.uniqueArray(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { maxLength: 6 });
  fc.assert(
    fc.property(pools, fc.nat(24), steps, (shape, chosen, shares) => {
      const { set, known } = benchOf(shape, STICKY);
      const home = placesOf(set);
      const moves = KEYS.map(() => 0);
      let before = home;
      for (const availability of [0, ...shares.toSorted((one, other) => one - other), 1]) {
        apply(set, known, { target: chosen, availability });
        const after = placesOf(set);
        for (const [at, id] of after.entries()) if (id !== before[at]) moves[at] = (moves[at] ?? 0) + 1;
        before = after;
      }
      expect(before).toEqual(home);
      const gone = known[chosen % known.length]?.id;
      const ways = home.map((id, at) => (id === gone ? [0, 2] : [0]).includes(moves[at] ?? 0));
      expect(ways).not.toContain(false);
    }),
  );
});

test('no target is over its bound, whatever begins, ends, goes out and comes back', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ key: fc.constantFrom('', 'hot', 'hot', 'warm', 'cold'), unit }) },
    { weight: 4, arbitrary: fc.record({ ends: fc.nat() }) },
    { weight: 1, arbitrary: change },
  );
  fc.assert(
    fc.property(pools, bound, fc.array(step, { maxLength: 150 }), (shape, of, steps) => {
      const { set, known } = benchOf(shape, { by: 'hash', key: 'header:x', bound: of });
      const under: TargetEntry<number>[] = [];
      for (const one of steps) {
        if ('availability' in one) apply(set, known, one);
        else if ('ends' in one) {
          const [entry] = under.splice(one.ends % Math.max(1, under.length), 1);
          if (entry !== undefined) set.ended(entry, 0);
        } else {
          const entry = set.choose(one.key, one.unit, 0);
          if (entry === undefined) continue;
          set.began(entry);
          under.push(entry);
          const shares = sharesOf(known, one.unit);
          const inFlight = under.filter(({ id }) => shares.has(id)).length;
          const most = Math.ceil(of * inFlight * (shares.get(entry.id) ?? 0) + 1e-9);
          expect(entry.inFlight).toBeLessThanOrEqual(most);
        }
      }
    }),
  );
});

test('with equal weights no target has more than ⌈bound × mean⌉ as long as nothing ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      bound,
      fc.array(fc.constantFrom('a', 'a', 'b', ''), { maxLength: 200 }),
      (count, of, keys) => {
        const { set } = benchOf([{ weight: 1, standby: false, unit: undefined, weights: Array(count).fill(1) }], {
          by: 'hash',
          key: 'header:x',
          bound: of,
        });
        for (const [at, key] of keys.entries()) {
          const entry = set.choose(key, undefined, 0);
          if (entry !== undefined) set.began(entry);
          const most = Math.ceil((of * (at + 1)) / count);
          for (const { inFlight } of set.entries()) expect(inFlight).toBeLessThanOrEqual(most);
        }
      },
    ),
  );
});

test('a target that drains gets nothing new, and its drain ends with the last it had', () => {
  const ends = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 1_000 })), { maxLength: 120 });
  fc.assert(
    fc.property(pools, fc.nat(24), fc.integer({ min: 0, max: 60 }), ends, (shape, chosen, count, all) => {
      const { set, known } = benchOf(shape, STICKY);
      const under: TargetEntry<number>[] = [];
      const send = (key: string) => {
        const entry = set.choose(key, undefined, 0);
        if (entry === undefined) return;
        set.began(entry);
        under.push(entry);
      };
      for (const key of KEYS.slice(0, count)) send(key);
      const draining = known[chosen % known.length] as Known;
      const had = under.filter(({ id }) => id === draining.id).length;
      let now = 1_000;
      set.setWeight(draining.id, 0, now);
      let lastEnd = now;
      for (const [at, [place, later]] of all.entries()) {
        send(KEYS[at] ?? '');
        now += later;
        const [entry] = under.splice(place % Math.max(1, under.length), 1);
        if (entry === undefined) continue;
        set.ended(entry, now);
        if (entry.id === draining.id) lastEnd = now;
      }
      const left = under.filter(({ id }) => id === draining.id).length;
      expect(set.get(draining.id)).toMatchObject({ inFlight: left, sends: had });
      const [drain] = set.report().drains;
      expect(drain).toMatchObject({
        inFlight: had,
        state: left === 0 ? 'drained' : 'draining',
        drainedAfter: left === 0 ? lastEnd - 1_000 : undefined,
      });
    }),
  );
});

test('the report adds up: sends, shares and what was to be expected, whoever comes and goes', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ sends: fc.nat({ max: 50 }) }) },
    { weight: 1, arbitrary: change },
    { weight: 1, arbitrary: fc.record({ removes: fc.nat(24) }) },
    { weight: 1, arbitrary: fc.record({ adds: fc.nat(24) }) },
  );
  fc.assert(
    fc.property(pools, fc.array(step, { maxLength: 40 }), (shape, steps) => {
      const { set, known } = benchOf(shape, { by: 'weight' });
      let sent = 0;
      for (const one of steps) {
        if ('availability' in one) set.setAvailability(idOf(known, one.target), one.availability);
        else if ('removes' in one) set.remove(idOf(known, one.removes), 0, () => {});
        else if ('adds' in one) addAgain(set, idOf(known, one.adds));
        else {
          for (let at = 0; at < one.sends; at++) {
            const entry = set.choose('', undefined, 0);
            if (entry === undefined) continue;
            set.began(entry);
            sent++;
            if (at % 2 === 0) set.ended(entry, 0);
          }
        }
      }
      const { targets, sends } = set.report();
      const sumOf = (field: 'sends' | 'share' | 'expectedShare') => targets.reduce((sum, row) => sum + row[field], 0);
      expect([sends, sumOf('sends')]).toEqual([sent, sent]);
      if (sent === 0) return;
      expect(sumOf('share')).toBeCloseTo(1, 9);
      expect(sumOf('expectedShare')).toBeCloseTo(1, 9);
    }),
  );
});

function benchOf(shape: readonly PoolOf[], balance: Balance) {
  const options = {
    pools: shape.map(({ weights, unit: of, ...rest }, at) => ({
      ...rest,
      ...(of === undefined ? {} : { unit: of }),
      name: `pool-${at}`,
      targets: weights.map((one, index) => ({ to: `http://127.0.${at}.${index}:8080`, weight: one })),
    })),
    balance,
  };
  const set = new TargetSet(targetSetSchema.parse(options), () => 0);
  const known = shape.flatMap((one, at) =>
    one.weights.map(
      (ofTarget, index): Known => ({
        id: `pool-${at}/127.0.${at}.${index}:8080`,
        pool: one,
        weight: ofTarget,
        availability: 1,
      }),
    ),
  );
  return { set, known };
}

function addAgain(set: TargetSet<number>, id: string): void {
  const [name = '', place = ''] = id.split('/');
  if (set.get(id) === undefined) set.add(name, { to: `tcp://${place}` });
}

function idOf(known: readonly Known[], target: number): string {
  return known[target % known.length]?.id ?? '';
}

function apply(
  set: TargetSet<number>,
  known: readonly Known[],
  { target, availability }: { target: number; availability: number },
) {
  const changed = known[target % known.length] as Known;
  changed.availability = availability;
  set.setAvailability(changed.id, availability);
}

/** Who may take a send of the unit, said anew. */
function candidates(known: readonly Known[], asked: string | undefined): Known[] {
  const well = known.filter(
    ({ pool: of, availability }) =>
      availability > 0 && (asked === undefined || of.unit === undefined || of.unit === asked),
  );
  const normal = well.filter(({ pool: of }) => !of.standby);
  return normal.length > 0 ? normal : well.filter(({ pool: of }) => of === well[0]?.pool);
}

function sharesOf(known: readonly Known[], asked: string | undefined): Map<string, number> {
  const all = candidates(known, asked);
  const ofPools = new Map<PoolOf, number>();
  for (const { pool: of, availability } of all) {
    ofPools.set(of, Math.max(ofPools.get(of) ?? 0, of.weight * availability));
  }
  const sum = [...ofPools.values()].reduce((total, one) => total + one, 0);
  return new Map(
    all.map((one) => {
      const own = all.filter(({ pool: of }) => of === one.pool);
      const inPool = own.reduce((total, other) => total + other.weight * other.availability, 0);
      return [one.id, (((ofPools.get(one.pool) ?? 0) / sum) * one.weight * one.availability) / inPool];
    }),
  );
}

function placesOf(set: TargetSet<number>): string[] {
  return KEYS.map((key) => set.choose(key, undefined, 0)?.id ?? '');
}
