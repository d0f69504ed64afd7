/** What every adapter of the port `Sender` owes. */
import { afterEach, expect, test } from 'vitest';
import type { PreparedRequest, Send, Sender, SendHandler } from '../../core/index.ts';
import { FREE_ORDER, newSend } from '../../emitter/plan/send.ts';
import { SmallLane } from '../support/emitter/small-lane.ts';
import { SYSTEM_CLOCK } from '../support/emitter/system-clock.ts';
import { describeWith, type Requirement } from '../support/requirements.ts';

/** What the target does with one request; exactly one of these is called, or none where it is silent. */
export interface Asked {
  /** Counts all requests of the target, from 0. */
  readonly index: number;
  answer(status: number, body: string | Uint8Array): void;
  /** Begins an answer and breaks the connection before its end. */
  cut(): void;
}

export interface SenderSettings {
  readonly maxConnections: number;
  readonly timeoutMs: number;
  readonly keepResponses: boolean;
}

/** A target whose behaviour a test says, and senders to it. */
export interface SenderTarget {
  open(settings: SenderSettings, handler: SendHandler): Sender;
  /** Requests the target saw. */
  readonly seen: () => number;
  /** From then on nobody listens there. Idempotent. */
  close(): Promise<void>;
}

export interface SenderAdapter {
  readonly requirements: readonly Requirement[];
  target(act: (asked: Asked) => void): Promise<SenderTarget>;
  /** A request that may be repeated. */
  readonly request: PreparedRequest;
}

const SETTINGS: SenderSettings = { maxConnections: 4, timeoutMs: 5_000, keepResponses: false };
const COUNT = 200;

export function senderConformance(name: string, adapter: SenderAdapter): void {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const start = async (
    act: (asked: Asked) => void,
    settings: Partial<SenderSettings> = {},
  ): Promise<{ lane: SmallLane; target: SenderTarget }> => {
    const target = await adapter.target(act);
    const lane = new SmallLane((handler) => target.open({ ...SETTINGS, ...settings }, handler));
    cleanups.push(
      () => target.close(),
      () => lane.sender.close(),
    );
    return { lane, target };
  };
  const sendAll = (lane: SmallLane, count = COUNT): readonly Send[] =>
    lane.sendAll(new Array<PreparedRequest>(count).fill(adapter.request));
  const ok = (asked: Asked): void => asked.answer(200, 'ok');

  describeWith(adapter.requirements, `sender: ${name}`, () => {
    test('each send is answered once, and says when and what', async () => {
      const { lane, target } = await start(({ index, answer }) => answer(index % 2 === 0 ? 200 : 404, 'words'));
      const sends = sendAll(lane);
      await lane.settled(COUNT);
      expect(lane.counts()).toEqual({ 200: COUNT / 2, 404: COUNT / 2 });
      expect(target.seen()).toBe(COUNT);
      for (const send of sends) {
        expect(String(send.status)).toBe(send.answer);
        expect(send.attempts).toBe(1);
        expect(send.sentAt).toBeGreaterThan(0);
        expect(send.firstByteAt).toBeGreaterThanOrEqual(send.sentAt);
        expect(send.lastByteAt).toBeGreaterThanOrEqual(send.firstByteAt);
        expect(send.responseByteCount).toBeGreaterThanOrEqual('words'.length);
        expect(send.response).toBeUndefined();
      }
      expect(lane.sender.statistics()).toMatchObject({ inFlight: 0, retried: 0, failedToOpen: 0 });
    });

    test('an offer without a free connection is refused and stays with the caller', async () => {
      const { lane, target } = await start(ok);
      const send = newSend(adapter.request, 0, 0, FREE_ORDER);
      expect(lane.sender.offer(send, SYSTEM_CLOCK.monotonic())).toBe(false);
      expect(send.attempts).toBe(0);
      lane.send(adapter.request);
      await lane.settled(1);
      expect(target.seen()).toBe(1);
    });

    test('connections stay within the bound, and few waiting sends open few', async () => {
      const { lane } = await start(ok);
      sendAll(lane, 2);
      await lane.settled(2);
      expect(lane.sender.statistics().opened).toBeLessThanOrEqual(2);
      sendAll(lane);
      await lane.settled(COUNT + 2);
      expect(lane.sender.statistics().peak).toBeLessThanOrEqual(SETTINGS.maxConnections);
      expect(lane.counts()).toEqual({ 200: COUNT + 2 });
    });

    test('what was opened ahead takes an offer at once', async () => {
      const { lane } = await start(ok);
      await lane.sender.warm(2);
      expect(lane.sender.statistics()).toMatchObject({ open: 2, opened: 2 });
      const send = newSend(adapter.request, 0, 0, FREE_ORDER);
      expect(lane.sender.offer(send, SYSTEM_CLOCK.monotonic())).toBe(true);
      await lane.settled(1);
      expect(lane.outcomes).toEqual(['200']);
    });

    test('where nobody listens, each send is refused, and opening ahead ends too', async () => {
      const { lane, target } = await start(ok);
      await target.close();
      await lane.sender.warm(2);
      sendAll(lane);
      await lane.settled(COUNT);
      expect(lane.counts()).toEqual({ 'failed: refused': COUNT });
      expect(lane.sender.statistics()).toMatchObject({ open: 0, inFlight: 0, opened: 0 });
    });

    test('a target that breaks off in its answers fails those sends and no others', async () => {
      const { lane, target } = await start((asked) => (asked.index % 5 === 0 ? asked.cut() : ok(asked)));
      sendAll(lane);
      await lane.settled(COUNT);
      expect(target.seen()).toBeLessThanOrEqual(COUNT);
      const { 200: answered = 0, ...failed } = lane.counts();
      const broken = Object.values(failed).reduce((sum, count) => sum + count, 0);
      expect(answered + broken).toBe(COUNT);
      expect(broken).toBeGreaterThanOrEqual(COUNT / 5);
      expect(Object.keys(failed).every((one) => /^failed: (connection-closed|reset)$/.test(one))).toBe(true);
    });

    test('what is never answered fails as timeout', async () => {
      const { lane } = await start(() => {}, { timeoutMs: 150 });
      sendAll(lane, 8);
      await lane.settled(8);
      expect(lane.counts()).toEqual({ 'failed: timeout': 8 });
    });

    test('what is in flight at the end fails, and nothing is taken after it', async () => {
      const arrived: Asked[] = [];
      let wake = (): void => {};
      const all = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const { lane } = await start((asked) => {
        arrived.push(asked);
        if (arrived.length === 3) wake();
      });
      sendAll(lane, 3);
      await all;
      await lane.sender.close();
      await lane.sender.close();
      expect(lane.counts()).toEqual({ 'failed: timeout': 3 });
      expect(lane.sender.offer(newSend(adapter.request, 0, 0, FREE_ORDER), SYSTEM_CLOCK.monotonic())).toBe(false);
      lane.sender.demand(5);
      await lane.sender.warm(2);
      expect(lane.sender.statistics()).toMatchObject({ open: 0, inFlight: 0 });
    });

    test('answers are kept where that is asked for, and counted to their end where they are large', async () => {
      const megabyte = 1024 * 1024;
      const bodies = [Buffer.from('short'), Buffer.alloc(3 * megabyte, 'L')];
      const { lane } = await start(({ index, answer }) => answer(200, bodies[index] as Buffer), {
        maxConnections: 1,
        keepResponses: true,
      });
      const [short, large] = sendAll(lane, 2);
      await lane.settled(2);
      expect(Buffer.from(short?.response ?? []).toString()).toContain('short');
      expect(short?.response?.length).toBeLessThanOrEqual(short?.responseByteCount ?? 0);
      expect(large?.responseByteCount).toBeGreaterThanOrEqual(3 * megabyte);
      expect(large?.response?.length).toBeLessThanOrEqual(megabyte);
      expect(Buffer.from(large?.response ?? []).toString('latin1')).toContain('LLLL');
    });
  });
}
