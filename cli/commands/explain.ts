import type { Command } from 'commander';
import { openCaptureSource } from '../../collector/index.ts';
import { BytecopyError } from '../../core/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import type { Choice } from '../explain/choice.ts';
import { type CaptureExplanation, explainCapture, MAX_UNASKED_PACKETS } from '../explain/explain-capture.ts';
import { parseFlowFilter } from '../explain/flow-filter.ts';
import { parseSearchedText } from '../explain/text-search.ts';
import { collectPorts } from '../options/number.ts';
import { addReadingOptions, type ReadingFlags, withReading } from '../options/reading.ts';
import { selectionOf } from '../options/selection.ts';
import { predicateOf } from '../options/where.ts';
import { TextOutput } from '../output/text-output.ts';
import { renderExplanation } from '../render/explanation.ts';
import { renderExplanationLines } from '../render/explanation-document.ts';

interface ExplainFlags extends ReadingFlags {
  readonly port?: number[];
  readonly flow?: string;
  readonly where?: string;
  readonly text?: string;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
}

/** Where the output is no terminal, lines are cut only against floods. */
const PIPE_WIDTH = 1_000;

export function addExplainCommand(program: Command, context: Context): void {
  const command = program
    .command('explain')
    .description('packet by packet and byte by byte: where a capture went, what it became, why it was set aside')
    .argument('<file>', 'pcap or pcapng, gzipped too')
    .option('--flow <flow>', 'a flow id, an exchange id, ip:port, or ip:port-ip:port')
    .option('--where <query>', 'flows with an exchange that the query finds')
    .option('--text <text>', 'packets and exchanges that carry these bytes; \\r, \\n and \\x00 stand for octets')
    .option('--since <time>', 'from here on: 15m, 2h, 2026-11-21T10:00Z')
    .option('--until <time>', 'before this time')
    .option('-p, --port <port>', "servers' ports, where the file does not show who called", collectPorts)
    .option('--json', 'JSON lines: capture, flows, packets, ranges, exchanges');
  addReadingOptions(command).action((file: string, flags: ExplainFlags) => explain(context, program, file, flags));
}

async function explain(context: Context, program: Command, path: string, flags: ExplainFlags): Promise<void> {
  if (path === '-') {
    throw new BytecopyError('USAGE', 'explain reads its capture twice, which standard input cannot be', {
      hint: 'write it to a file first',
      exitCode: 2,
    });
  }
  const config = withReading(await readConfig(program.opts().config, context.environment), flags);
  const choice = choiceOf(flags, context);
  const open = () => openCaptureSource({ kind: 'file', path });
  const explanation = await explainCapture({ path, open, ports: flags.port ?? [], config, choice }, context);
  const { failure, survey } = explanation;
  if (failure !== undefined && survey.packets === 0) throw failure;
  const output = new TextOutput(context.stdout);
  const look = { color: context.stdout.isTTY === true, width: context.stdout.columns ?? PIPE_WIDTH };
  for (const line of flags.json ? renderExplanationLines(explanation) : renderExplanation(explanation, look)) {
    output.line(line);
    await output.room();
  }
  await output.finish();
  if (failure !== undefined) throw failure;
  if (context.interrupted.aborted) context.exitCode = 130;
  else conclude(explanation, flags, context);
}

function choiceOf(flags: ExplainFlags, context: Context): Choice {
  const { since, until } = selectionOf('', flags, context.clock.now());
  return {
    flow: flags.flow === undefined ? undefined : parseFlowFilter(flags.flow),
    where: predicateOf(flags.where, context.clock.now()),
    text: flags.text === undefined ? undefined : parseSearchedText(flags.text),
    since: since ?? 0,
    until: until ?? Number.POSITIVE_INFINITY,
  };
}

/** What to do next, where the answer is not all there is. */
function conclude({ flows, survey, cut }: CaptureExplanation, flags: ExplainFlags, context: Context): void {
  if (flows === undefined) {
    context.stderr.write(
      `${survey.packets} packets are more than ${MAX_UNASKED_PACKETS}, so only flows are listed; --flow ID, --where QUERY, --text TEXT or --since and --until explain a part\n`,
    );
  } else if (cut) {
    context.stderr.write('more matched than is explained: ask for less\n');
  } else if (flows.length === 0 && flags.flow !== undefined) {
    throw new BytecopyError('EXPLAIN_NOTHING_FOUND', `there is nothing of ${flags.flow} in this capture`, {
      hint: 'without --flow the flows are listed; a span of time that was asked for has to hold it too',
    });
  } else if (flows.length === 0 && survey.packets > 0) {
    context.stderr.write('nothing found\n');
  }
}
