/** What is held, against a model that knows for every byte which segment brought it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeldSegments } from '../../collector/reassembly/held-segments.ts';
import { newerWins, OVERLAP_POLICIES, type SentRange } from '../../collector/reassembly/overlap-policy.ts';

interface ModelByte {
  readonly value: number | undefined;
  readonly owner: SentRange;
}

const segments = fc.array(
  fc.record({
    position: fc.nat(40),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 20, max: 3 }),
    cut: fc.integer({ min: 0, max: 3 }).map((roll) => roll === 0),
    needs: fc.nat(5),
  }),
  { maxLength: 12 },
);

test('under every policy each byte is that of the copy that wins, and all are accounted for', () => {
  fc.assert(
    fc.property(segments, fc.constantFrom(...OVERLAP_POLICIES), fc.nat(60), (given, policy, end) => {
      const held = new HeldSegments();
      const model = new Map<number, ModelByte>();
      let [captured, setAside] = [0, 0];
      for (const { position, bytes, cut, needs } of given) {
        const owner = { sentFrom: position, sentTo: position + bytes.length };
        const data = cut ? undefined : bytes;
        held.add({ ...owner, position, byteCount: bytes.length, data, start: 0, needs, at: 0 }, policy);
        captured += data?.length ?? 0;
        setAside += held.duplicateBytes + held.conflictingBytes;
        for (const [index, value] of bytes.entries()) {
          const before = model.get(position + index);
          const wins =
            before === undefined || (!cut && (before.value === undefined || newerWins(policy, before.owner, owner)));
          if (wins) model.set(position + index, { value: cut ? undefined : value, owner });
        }
      }
      expect(held.byteCount).toBe(captured - setAside);
      let dropped = 0;
      held.truncate(end, (_, byteCount) => {
        dropped += byteCount;
      });
      expect(held.byteCount).toBe(captured - setAside - dropped);
      const kept = new Map<number, number | undefined>();
      let last = 0;
      for (let one = held.shift(); one !== undefined; one = held.shift()) {
        expect(one.position).toBeGreaterThanOrEqual(last);
        last = one.end;
        for (let at = one.position; at < one.end; at++) kept.set(at, one.bytes?.[at - one.position]);
      }
      const expected = [...model].filter(([at]) => at < end).sort(([one], [other]) => one - other);
      expect([...kept]).toEqual(expected.map(([at, { value }]) => [at, value]));
      expect([held.byteCount, held.cost]).toEqual([0, 0]);
    }),
    { numRuns: 1_000 },
  );
});
