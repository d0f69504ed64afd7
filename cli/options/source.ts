/** `-i`, `-p` and `--from` → what is captured from. */
import { type Command, Option } from 'commander';
import { type CaptureEngine, type CaptureSpec, captureFilter, GATHERED_MS, PROMPT_MS } from '../../collector/index.ts';
import { BytecopyError, type Millis } from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import { parseWait } from './duration.ts';
import { collectPorts, parseCount } from './number.ts';

export interface SourceFlags {
  readonly interface?: string;
  readonly port?: number[];
  readonly from?: string;
  readonly engine?: CaptureEngine;
  readonly duration?: Millis;
  readonly count?: number;
}

const ANY = 'any';
const ENGINES: readonly CaptureEngine[] = ['libpcap', 'cap'];

export function addSourceOptions(command: Command): Command {
  return command
    .option(
      '-i, --interface <name>',
      'interface to capture on, also inside of tunnels; or any, where tunnels show on their own interfaces (default: any)',
    )
    .option('-p, --port <port>', 'TCP port of the captured service; repeat or separate by commas', collectPorts)
    .option(
      '--from <source>',
      "another source: - (a capture on standard input), a file, exec:'ssh host tcpdump -w - …'",
    )
    .addOption(new Option('--engine <name>', 'how live packets are read (default: libpcap)').choices(ENGINES))
    .option('--duration <time>', 'stop after this long: 10s, 5m', parseWait)
    .option('--count <n>', 'stop after this many exchanges', parseCount);
}

/** How soon what was captured has to be seen; waking up less often costs less. */
export interface Promptness {
  /** How long packets may be gathered in the capturing child. */
  readonly latencyMs: Millis;
  /** How often a quiet pipeline is told the time. */
  readonly tickMs: Millis;
}

/** For mirrors: as soon as possible. */
export const PROMPT: Promptness = { latencyMs: PROMPT_MS, tickMs: 20 };
/** For stores and files. */
export const GATHERED: Promptness = { latencyMs: GATHERED_MS, tickMs: 200 };

/** The ports asked for by flag, otherwise by config. */
export function portsOf(flags: SourceFlags, config: Config): readonly number[] {
  return flags.port ?? config.capture?.ports ?? [];
}

/**
 * @throws BytecopyError `USAGE` (exit code 2) when a choice is missing or contradicts another
 */
export function captureSpecOf(flags: SourceFlags, config: Config, { latencyMs }: Promptness): CaptureSpec {
  if (flags.from !== undefined) {
    if (flags.interface !== undefined) {
      throw new BytecopyError('USAGE', '-i and --from name two sources', {
        hint: 'leave one of them out',
        exitCode: 2,
      });
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
  const interfaceName = flags.interface ?? config.capture?.interface ?? ANY;
  return {
    kind: 'live',
    interface: interfaceName,
    // On all interfaces what is in a tunnel is seen outside of it too, on the tunnel's own interface.
    filter: captureFilter(ports, { tunnels: interfaceName !== ANY }),
    latencyMs,
    ...(flags.engine === undefined ? {} : { engine: flags.engine }),
  };
}
