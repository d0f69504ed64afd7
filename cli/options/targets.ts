/**
 * Where to: `--to 'http://10.0.0.7:80 weight=3'`, several times for one pool; `--copy-to`, each of which gets everything;
 * `--client-address`.
 */
import type { Command } from 'commander';
import { collect } from './list.ts';
import { usageError } from './usage-error.ts';

/** A token of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FORM = /^(\S+)(?:\s+weight=(\S+))?$/;
const MIN_WEIGHT = 0.001;
const MAX_WEIGHT = 1_000_000;

export interface TargetText {
  /** `scheme://host:port`. */
  readonly to: string;
  readonly weight: number;
}

export interface TargetFlags {
  /** One pool. */
  readonly to?: readonly TargetText[];
  /** Each gets all of the traffic. */
  readonly copyTo?: readonly string[];
  /** `x-forwarded-for`, `proxy-v2`, or a header. */
  readonly clientAddress?: string;
}

export function addTargetOptions(command: Command): Command {
  return command
    .option(
      '--to <url>',
      "where to: http://host:port, https://…, tcp://…, tls://…; may be repeated, with weights: 'http://host:port weight=3'",
      collectTarget,
    )
    .option('--copy-to <url>', 'a further target that gets everything too; may be repeated', collect)
    .option(
      '--client-address <how>',
      "pass the recorded client's address on: x-forwarded-for, proxy-v2, or in this header",
      parseClientAddress,
    );
}

function collectTarget(text: string, before: readonly TargetText[] = []): readonly TargetText[] {
  return [...before, parseTargetText(text)];
}

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseTargetText(text: string): TargetText {
  const [, to, weightText = '1'] = FORM.exec(text.trim()) ?? [];
  const weight = /^\d*\.?\d+$/.test(weightText) ? Number(weightText) : Number.NaN;
  if (to === undefined) throw usageError(`"${text}" is not a target`, "write 'http://host:port weight=3'");
  if (weight === 0 || (weight >= MIN_WEIGHT && weight <= MAX_WEIGHT)) return { to, weight };
  throw usageError(`"${weightText}" is not a weight`, 'a weight is 0, or from 0.001 to 1,000,000');
}

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseClientAddress(text: string): string {
  if (HEADER_NAME.test(text)) return text.toLowerCase();
  throw usageError(
    `"${text}" does not say how a client's address is passed on`,
    'write x-forwarded-for, proxy-v2 or the name of a header',
  );
}
