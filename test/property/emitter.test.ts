import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ledger } from '../../core/index.ts';
import { newSend } from '../../emitter/plan/send.ts';
import { readHeadFacts } from '../../emitter/request/head-facts.ts';
import { RunRecord } from '../../emitter/results/run-record.ts';
import { SendQueue } from '../../emitter/send-queue.ts';

const REQUEST = {
  exchange: { at: 0, flow: '', offset: 0, index: 0 },
  verb: 'GET',
  parts: [],
  byteCount: 1,
  repeatable: true,
  recordedStatus: 0,
};

test('the queue is an array that is pushed and shifted', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 500 }), fc.integer({ min: 1, max: 100 }), (pushes, maxCount) => {
      const queue = new SendQueue({ maxCount, maxBytes: 1_000_000 });
      const model: unknown[] = [];
      for (const [index, push] of pushes.entries()) {
        if (push) {
          const send = newSend(REQUEST, index, 0);
          const room = model.length < maxCount;
          expect(queue.offer(send)).toBe(room);
          if (room) model.push(send);
        } else {
          expect(queue.shift()).toBe(model.shift());
        }
        expect(queue.length).toBe(model.length);
        expect(queue.peek()).toBe(model[0]);
      }
    }),
  );
});

test('whatever becomes of the sends, in any order, the account adds up', () => {
  const outcome = fc.constantFrom('answered', 'failed', 'not-sent', 'refused', 'stopped', 'held');
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 100 }), (outcomes) => {
      const ledger = new Ledger();
      const record = new RunRecord({ target: 't', runId: 'r', timing: undefined, ledger, onResult: undefined });
      for (const one of outcomes) {
        const send = newSend(REQUEST, 0, 0);
        if (one === 'refused') record.refuse(REQUEST.exchange, 3, 'incomplete');
        else if (one === 'stopped') record.stopped(send);
        else record.due(send);
        if (one === 'answered') record.answered(send);
        if (one === 'failed') record.failed(send, 'reset');
        if (one === 'not-sent') record.notSent(send, 'dropped');
      }
      const account = ledger.account('sends', 'answered').report();
      expect(account.balanced).toBe(true);
      expect(account.held).toBe(outcomes.filter((one) => one === 'held').length);
    }),
  );
});

test('random bytes as a head never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 400 }), (bytes, headByteCount) => {
      expect(typeof readHeadFacts(bytes, Math.min(headByteCount, bytes.length)).host).toBe('string');
    }),
  );
});
