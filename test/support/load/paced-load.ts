/**
 * An independent client with an even pace: so many requests a second over keep-alive connections or one each, every
 * answer awaited. Not the emitter: what is under test is not used to test it.
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface PacedLoadOptions {
  readonly port: number;
  readonly ratePerSecond: number;
  readonly requests: number;
  readonly keepAlive: boolean;
  /** Headers of the n-th request. */
  readonly headers?: (n: number) => Record<string, string>;
  readonly path?: (n: number) => string;
  /** GET where absent; a body is not sent. */
  readonly method?: string;
}

/** @returns how many were answered; rejects when one fails */
export async function pacedLoad(options: PacedLoadOptions): Promise<number> {
  const agent = new Agent({ keepAlive: options.keepAlive, maxSockets: 64 });
  const startedAt = performance.now();
  const pending: Promise<void>[] = [];
  try {
    for (let n = 0; n < options.requests; n++) {
      const dueInMs = startedAt + (n * 1000) / options.ratePerSecond - performance.now();
      if (dueInMs > 1) await delay(dueInMs);
      pending.push(ask(agent, options, n));
    }
    await Promise.all(pending);
    return pending.length;
  } finally {
    agent.destroy();
  }
}

function ask(agent: Agent, options: PacedLoadOptions, n: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: options.port,
        method: options.method ?? 'GET',
        path: options.path?.(n) ?? `/items/${n}`,
        agent,
        headers: options.headers?.(n) ?? {},
      },
      (response) => {
        response.on('end', resolve).on('error', reject).resume();
      },
    );
    sent.on('error', reject).end();
  });
}
