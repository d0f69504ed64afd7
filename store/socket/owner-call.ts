/** One call to the process that owns a store: a POST through its socket, an answer in frames. */
import { type IncomingMessage, request } from 'node:http';
import { BytecopyError, type ExitCode } from '../../core/index.ts';
import type { Damage, ReportDamage } from '../read/damage.ts';
import { FRAME, type Frame, FrameCutter } from './frame.ts';

/**
 * Frames of one answer up to its end; leaving them ends the call on the other side too.
 *
 * @throws BytecopyError what the owner met, `STORE_OWNER_GONE` where it ended
 */
export async function* callOwner(socketPath: string, path: string, body: unknown): AsyncGenerator<Frame> {
  const response = await post(socketPath, path, JSON.stringify(body));
  const cutter = new FrameCutter();
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (const frame of cutter.push(chunk)) {
        if (frame.kind === FRAME.end) return;
        if (frame.kind === FRAME.error) throw toError(frame.bytes);
        yield frame;
      }
    }
  } catch (error) {
    throw error instanceof BytecopyError ? error : ownerGone(error);
  } finally {
    response.destroy();
  }
  throw ownerGone();
}

/** Values of one answer, as they come; damage is told on the way. */
export async function* ownerValues<T>(
  socketPath: string,
  path: string,
  body: unknown,
  report: ReportDamage,
): AsyncGenerator<T> {
  for await (const frame of callOwner(socketPath, path, body)) {
    if (frame.kind === FRAME.value) yield JSON.parse(frame.bytes.toString()) as T;
    if (frame.kind === FRAME.damage) report(JSON.parse(frame.bytes.toString()) as Damage);
  }
}

/** The one value of an answer. */
export async function ownerValue<T>(socketPath: string, path: string, body: unknown, report: ReportDamage): Promise<T> {
  for await (const value of ownerValues<T>(socketPath, path, body, report)) return value;
  throw ownerGone();
}

function post(socketPath: string, path: string, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method: 'POST', agent: false }, resolve);
    sent.on('error', (error) => reject(ownerGone(error)));
    sent.end(body);
  });
}

function toError(bytes: Buffer): BytecopyError {
  const { code, message, hint, exitCode } = JSON.parse(bytes.toString()) as {
    code: string;
    message: string;
    hint?: string;
    exitCode: ExitCode;
  };
  return new BytecopyError(code, message, { exitCode, ...(hint === undefined ? {} : { hint }) });
}

function ownerGone(cause?: unknown): BytecopyError {
  return new BytecopyError('STORE_OWNER_GONE', 'the process that owns the store ended before it had answered', {
    cause,
    hint: 'run the command again: it opens the store by itself then',
  });
}
