/** `-i`, `-p` and `--from` → what is captured from. */
import { type CaptureSpec, captureFilter } from '../../collector/index.ts';
import { BytecopyError } from '../../core/index.ts';
import type { Config } from '../config/config.ts';

export interface SourceFlags {
  readonly interface?: string;
  readonly port?: number[];
  readonly from?: string;
  readonly engine?: string;
}

const ENGINES = ['libpcap', 'cap'] as const;

/** The ports asked for by flag, otherwise by config. */
export function portsOf(flags: SourceFlags, config: Config): readonly number[] {
  return flags.port ?? config.capture?.ports ?? [];
}

/** @throws BytecopyError `USAGE` (exit code 2) when a choice is missing or contradicts another */
export function captureSpecOf(flags: SourceFlags, config: Config): CaptureSpec {
  if (flags.from !== undefined) {
    if (flags.interface !== undefined) {
      throw new BytecopyError('USAGE', '-i and --from name two sources', { hint: 'leave one of them out', exitCode: 2 });
    }
    if (flags.from === '-') return { kind: 'stdin' };
    if (flags.from.startsWith('exec:')) return { kind: 'command', command: flags.from.slice('exec:'.length) };
    return { kind: 'file', path: flags.from };
  }
  const ports = portsOf(flags, config);
  if (ports.length === 0) {
    throw new BytecopyError('USAGE', 'a port to capture is missing', {
      hint: '-p 8080 names it, -p 8080,9090 several; capture.ports in the config file too',
      exitCode: 2,
    });
  }
  const engine = ENGINES.find((name) => name === (flags.engine ?? 'libpcap'));
  if (engine === undefined) {
    throw new BytecopyError('USAGE', `"${flags.engine}" is not a capture engine`, {
      hint: `engines are ${ENGINES.join(' and ')}`,
      exitCode: 2,
    });
  }
  return {
    kind: 'live',
    interface: flags.interface ?? config.capture?.interface ?? 'any',
    filter: captureFilter(ports),
    engine,
  };
}
