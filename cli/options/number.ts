/** Numbers on the command line, each with its bounds. */
import { BytecopyError } from '../../core/index.ts';

function usage(text: string, what: string, hint: string): BytecopyError {
  return new BytecopyError('USAGE', `"${text}" is not ${what}`, { hint, exitCode: 2 });
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
  if (!/^\d+$/.test(text) || Number(text) < 1) throw usage(text, 'a count', 'write a whole number of at least 1');
  return Number(text);
}

export function parsePositive(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0))
    throw usage(text, 'a number above 0', 'write a number such as 2 or 0.5');
  return value;
}

/** Sends per second, or `max`. */
export function parseRate(text: string): number | 'max' {
  return text === 'max' ? 'max' : parsePositive(text);
}

/** `10%` or `10`: percent, above 0 up to 100. */
export function parsePercent(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (!/^\d*\.?\d+%?$/.test(text) || !(value > 0) || value > 100) throw usage(text, 'a share', 'write 10% or 0.5%');
  return value;
}
