/** Numbers on the command line, each with its bounds. */
import type { BytecopyError } from '../../core/index.ts';
import { usageError } from './usage-error.ts';

/** To one target. */
export const MAX_CONNECTIONS = 10_000;
const MAX_TIMES = 10_000;
const MAX_PER_SECOND = 1_000_000;

function usage(text: string, what: string, hint: string): BytecopyError {
  return usageError(`"${text}" is not ${what}`, hint);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw usage(text, 'a port', 'ports are 1 to 65535');
  return port;
}

/** For repeated or comma-separated `-p`. */
export function collectPorts(text: string, before: readonly number[] = []): number[] {
  return [...before, ...text.split(',').map((port) => parsePort(port.trim()))];
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) throw usage(text, 'a count', 'write a whole number of at least 1');
  if (count > Number.MAX_SAFE_INTEGER)
    throw usage(text, `a count of at most ${Number.MAX_SAFE_INTEGER}`, 'leave it out for no limit');
  return count;
}

/** For a whole number between these two. */
export function parseWhole(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw usage(text, `a whole number from ${from} to ${to}`, 'write one between these two');
  };
}

/** Copies of a request. */
export function parseTimes(text: string): number {
  const times = parsePositive(text);
  if (times > MAX_TIMES) throw usage(text, `at most ${MAX_TIMES} times`, 'loop over the recording to send for longer');
  return times;
}

export function parsePositive(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0))
    throw usage(text, 'a number above 0', 'write a number such as 2 or 0.5');
  return value;
}

/** Sends per second, or `max`. */
export function parseRate(text: string): number | 'max' {
  if (text === 'max') return text;
  const perSecond = parsePositive(text);
  if (perSecond > MAX_PER_SECOND)
    throw usage(text, `a rate of at most ${MAX_PER_SECOND}/s`, 'max sends as fast as it goes');
  return perSecond;
}

/** `10%` or `10`: percent, above 0 up to 100. */
export function parsePercent(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (!/^\d*\.?\d+%?$/.test(text) || !(value > 0) || value > 100) throw usage(text, 'a share', 'write 10% or 0.5%');
  return value;
}
