import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Turn } from '../../../../core/index.ts';
import { QUIET_MS, SessionRun } from '../../../../emitter/connection/session-run.ts';
import { plannedSend } from '../../../support/emitter/planned-send.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Step = readonly [at: number, who: 'client' | 'server', words: string];

/** A run on a line that writes down what is said, at the milliseconds of a clock that stands still. */
class Stage {
  readonly said: string[] = [];
  readonly #run: SessionRun;
  readonly #started = Date.now();
  #written: () => void = () => {};

  constructor(steps: readonly Step[], partBytes = 1_000) {
    const turns: Turn[] = steps.map(([at, who, words]) => ({
      direction: who === 'client' ? 0 : 1,
      byteCount: words.length,
      firstByteAt: at * 1000,
    }));
    const words = Buffer.from(steps.flatMap(([, who, spoken]) => (who === 'client' ? [spoken] : [])).join(''));
    const parts: Buffer[] = [];
    for (let at = 0; at < words.length; at += partBytes) parts.push(words.subarray(at, at + partBytes));
    const send = plannedSend({ request: { parts, turns, expects: 'turns' } });
    const line = {
      write: (pieces: readonly Uint8Array[], written: () => void) => {
        this.#say(`> ${Buffer.concat(pieces).toString()}`);
        this.#written = written;
      },
      waitsSince: () => {},
      finished: () => this.#say(send.answer),
      broke: (reason: string) => this.#say(reason),
    };
    const clock = { now: () => 0, monotonic: () => this.#now };
    this.#run = new SessionRun(send, line, clock, { maxPauseMs: 1_000, keepAnswer: false });
    this.#run.start(this.#now);
  }

  get #now(): number {
    return (Date.now() - this.#started) * 1000;
  }

  server(words: string): this {
    this.#run.read(Buffer.from(words), words.length, this.#now);
    return this;
  }

  closes(): this {
    this.#run.end();
    return this;
  }

  written(): this {
    this.#written();
    return this;
  }

  passes(milliseconds: number): this {
    vi.advanceTimersByTime(milliseconds);
    return this;
  }

  #say(words: string): void {
    this.said.push(`${(Date.now() - this.#started).toString()} ${words}`);
  }
}

describe('turns', () => {
  test('the client waits for as many bytes as recorded, whatever pieces they come in', () => {
    const stage = new Stage([
      [0, 'client', 'ab'],
      [0, 'server', 'xyz'],
      [0, 'client', 'cd'],
      [0, 'server', 'q'],
    ]);
    stage.server('x').server('y');
    expect(stage.said).toEqual(['0 > ab']);
    stage.server('z').server('q');
    expect(stage.said).toEqual(['0 > ab', '0 > cd', '0 session']);
  });

  test('runs are cut out of parts of any size', () => {
    for (const partBytes of [1, 2, 3, 5, 7, 100]) {
      const stage = new Stage(
        [
          [0, 'client', 'abc'],
          [0, 'server', 'x'],
          [0, 'client', 'defg'],
        ],
        partBytes,
      );
      expect(stage.server('x').written().said).toEqual(['0 > abc', '0 > defg', '0 session']);
    }
  });

  test('a shorter turn ends after it has been quiet, counted from its last byte', () => {
    const stage = new Stage([
      [0, 'server', 'greeting'],
      [0, 'client', 'a'],
      [0, 'server', 'b'],
    ]);
    stage
      .passes(5_000)
      .server('hi')
      .passes(QUIET_MS - 1)
      .server('!')
      .passes(QUIET_MS - 1);
    expect(stage.said).toEqual([]);
    stage.passes(1);
    expect(stage.said).toEqual([`${5_000 + 2 * QUIET_MS - 1} > a`]);
  });

  test('a pause is kept from the first byte of the turn before it, and cut where it is too long', () => {
    const stage = new Stage([
      [0, 'client', 'a'],
      [10, 'server', 'xy'],
      [60, 'client', 'b'],
      [70, 'server', 'z'],
      [90_000, 'client', 'c'],
    ]);
    stage.passes(100).server('x').passes(20).server('y').passes(29);
    expect(stage.said).toEqual(['0 > a']);
    stage.passes(1).server('z').passes(999);
    expect(stage.said).toEqual(['0 > a', '150 > b']);
    stage.passes(1).written();
    expect(stage.said).toEqual(['0 > a', '150 > b', '1150 > c', '1150 session']);
  });

  test('what the server says during a pause belongs to the turn before it', () => {
    const stage = new Stage([
      [0, 'client', 'a'],
      [0, 'server', 'x'],
      [50, 'client', 'b'],
      [50, 'server', 'y'],
    ]);
    stage.server('x').passes(10).server('more').passes(40);
    expect(stage.said).toEqual(['0 > a', '50 > b']);
    stage.server('y');
    expect(stage.said.at(-1)).toBe('50 session');
  });

  test('an end within the last turn ends the session, an earlier one breaks it', () => {
    const steps: Step[] = [
      [0, 'client', 'a'],
      [0, 'server', 'xy'],
    ];
    expect(new Stage(steps).server('x').closes().said).toEqual(['0 > a', '0 session']);
    expect(new Stage(steps).closes().said).toEqual(['0 > a', '0 connection-closed']);
    const longer: Step[] = [...steps, [0, 'client', 'b']];
    expect(new Stage(longer).server('x').closes().said).toEqual(['0 > a', '0 connection-closed']);
  });
});

test('a server that closes while the client still pauses before its last run has broken the session', () => {
  const stage = new Stage([
    [0, 'client', 'ab'],
    [0, 'server', 'xyz'],
    [500, 'client', 'cd'],
  ]);
  stage.server('xyz').passes(100).closes();
  expect(stage.said).toEqual(['0 > ab', '100 connection-closed']);
});
