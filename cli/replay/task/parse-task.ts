/** The text of a task → the task, or all that is wrong with it. */
import { LineCounter, parseDocument } from 'yaml';
import { BytecopyError } from '../../../core/index.ts';
import { formatNumberOf } from '../../render/amount.ts';
import { escapeForTerminal } from '../../render/terminal-text.ts';
import { FLAG_NAMES } from './flag-fields.ts';
import { faultsOfIssues } from './issue-faults.ts';
import type { ReplayTask, TaskFlags } from './task.ts';
import type { TaskFault } from './task-fault.ts';
import { lineOf, pathText } from './task-place.ts';
import { inSchemaUnits, type TaskDocument, taskSchema } from './task-schema.ts';

const MAX_FAULTS = 40;

/**
 * @param file named in errors
 * @throws BytecopyError `TASK_INVALID` (exit code 2) with one line for each fault: where, what was found, what is allowed
 */
export function parseTask(text: string, file: string): ReplayTask {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const faults = document.errors.map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    text: firstLine(message),
  }));
  if (faults.length > 0) throw invalid(file, faults);
  let value: unknown;
  try {
    value = document.toJS() ?? {};
  } catch (cause) {
    throw invalid(file, [{ line: 1, text: firstLine((cause as Error).message) }]);
  }
  const found: TaskFault[] = [];
  const result = taskSchema.safeParse(inSchemaUnits(value, found));
  if (result.success && found.length === 0) return taskOf(result.data);
  found.push(...faultsOfIssues(result.error?.issues ?? [], taskSchema, value));
  throw invalid(
    file,
    found.map((fault) => ({
      line: lineOf(document, lines, fault.path),
      text: `${pathText(fault.path)}: ${fault.text}`,
    })),
  );
}

function taskOf(document: TaskDocument): ReplayTask {
  const { pools, balance, health, units, rules, correlate } = document;
  const said = Object.entries(document).filter(([name, value]) => FLAG_NAMES.has(name) && value !== undefined);
  return {
    // The schema has a flag's own parser for each of them.
    flags: Object.fromEntries(said) as TaskFlags,
    pools: pools?.map(({ from: _found, ...pool }) => pool),
    discovered: (pools ?? []).flatMap(({ name, from }) => (from === undefined ? [] : [{ pool: name, from }])),
    balance,
    health,
    units,
    rules,
    correlate,
  };
}

interface LineFault {
  readonly line: number;
  readonly text: string;
}

function invalid(file: string, faults: readonly LineFault[]): BytecopyError {
  const sorted = [...faults].sort((one, other) => one.line - other.line);
  const listed = sorted.slice(0, MAX_FAULTS).map(({ line, text }) => `\n  line ${line}, ${escapeForTerminal(text)}`);
  const more = faults.length > MAX_FAULTS ? `\n  and ${formatNumberOf(faults.length - MAX_FAULTS, 'fault')} more` : '';
  return new BytecopyError(
    'TASK_INVALID',
    `the task ${file} has ${formatNumberOf(faults.length, 'fault')}:${listed.join('')}${more}`,
    { exitCode: 2 },
  );
}

/** The YAML package draws the place below its message. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/( at line \d+, column \d+)?:?$/, '') ?? '';
}
