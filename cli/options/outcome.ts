/** What becomes of a run: when it ends early, what it has to reach, where its report and results go. */
import type { Command } from 'commander';
import { parseThreshold, type Threshold } from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import { requireWritable } from '../output/write-failure.ts';
import { collect } from './list.ts';
import { parseCount } from './number.ts';
import { parseStopRule, type StopRules, stopRulesOf } from './stop-rules.ts';
import { usageError } from './usage-error.ts';

export interface OutcomeFlags {
  readonly stopOn?: string[];
  readonly threshold?: string[];
  readonly results?: string;
  readonly saveResponses?: boolean;
  readonly withSecrets?: boolean;
  readonly html?: string;
  readonly hgrm?: string;
  readonly json?: boolean;
  /** So many exchanges are shown. */
  readonly dryRun?: boolean | number;
}

export function addOutcomeOptions(command: Command): Command {
  return command
    .optionsGroup('End and outcome:')
    .option(
      '--dry-run [n]',
      'say what would happen, to n exchanges too (default: 10 with --task), and send nothing',
      parseCount,
    )
    .option(
      '--stop-on <rule>',
      'end early: failed>10%, consecutive>40, latency>5s, lag>200ms, health=/path, health=tcp; may be repeated',
      (text: string, before?: readonly string[]) => {
        parseStopRule(text);
        return collect(text, before);
      },
    )
    .option(
      '--threshold <text>',
      "exit code 3 where it is not kept: 'p(95)<500', 'rate<1%', 'lag:p(99)<2'; may be repeated",
      (text: string, before?: readonly string[]) => {
        parseThreshold(text);
        return collect(text, before);
      },
    )
    .option('--results <file>', 'what became of each send, as JSON lines', (path: string) =>
      requireWritable('the results', path),
    )
    .option('--save-responses', 'with --results: the bytes of the answers too, in base64')
    .option('--with-secrets', 'with --save-responses: credentials in answers instead of placeholders; it is audited')
    .option('--json', 'the report as JSON')
    .option('--html <file>', 'the report as a page with charts', (path: string) => requireWritable('the page', path))
    .option(
      '--hgrm <prefix>',
      'latency histograms into files that begin with this, as HdrHistogram plots them',
      (prefix: string) => requirePrefix(prefix),
    );
}

export interface Outcome {
  readonly stopRules: StopRules;
  readonly keepResponses: boolean;
  readonly thresholds: readonly Threshold[];
}

/**
 * Flags win over the config file, list by list.
 *
 * @throws BytecopyError `USAGE` (exit code 2)
 */
export function outcomeOf(flags: OutcomeFlags, config: Config): Outcome {
  if (flags.saveResponses && flags.results === undefined) {
    throw usageError('--save-responses is given without --results', 'name the file they go to: --results FILE');
  }
  if (flags.withSecrets && !flags.saveResponses) {
    throw usageError('--with-secrets is given without --save-responses', 'say which answers: --save-responses');
  }
  return {
    stopRules: stopRulesOf(flags.stopOn ?? config.replay?.stopOn ?? []),
    keepResponses: flags.saveResponses === true,
    thresholds: (flags.threshold ?? config.replay?.thresholds ?? []).map(parseThreshold),
  };
}

/**
 * For files that a document names; those of flags were looked at.
 *
 * @throws BytecopyError `OUTPUT_FAILED`
 */
export function requireOutcomeFiles({ results, html, hgrm }: OutcomeFlags): void {
  if (results !== undefined) requireWritable('the results', results);
  if (html !== undefined) requireWritable('the page', html);
  if (hgrm !== undefined) requirePrefix(hgrm);
}

function requirePrefix(prefix: string): string {
  requireWritable('the histograms', `${prefix}.hgrm`);
  return prefix;
}
