/** What was answered beside what the same requests were answered in the recording: expired credentials answer fast. */
import type { ReplayReport } from '../../emitter/index.ts';
import { formatCount, formatNumberOf, formatShare } from './amount.ts';
import { renderPlainTable } from './plain-table.ts';
import { escapeForTerminal } from './terminal-text.ts';

type AnswerReport = ReplayReport['answers'];

/** How the recording is named where it has no answer to a request. */
const NONE = 'none';
const MAX_ANSWERS = 10;
const MAX_CHANGES = 8;
/** A share that moved by less is chance, not another mix. */
const MOVED_SHARE = 0.01;

export interface AnswerRow {
  readonly answer: string;
  readonly recorded: number;
  readonly answered: number;
}

/** Both mixes side by side, the most frequent first. */
export function answerRows({ answered, recorded }: AnswerReport): readonly AnswerRow[] {
  const names = new Set([...Object.keys(answered), ...Object.keys(recorded)]);
  return [...names]
    .map((answer) => ({ answer, recorded: recorded[answer] ?? 0, answered: answered[answer] ?? 0 }))
    .filter((row) => row.answered + row.recorded > 0)
    .sort((one, other) => other.answered + other.recorded - one.answered - one.recorded);
}

/** Empty where nothing was answered; one line where every answer was the one recorded. */
export function renderAnswers(answers: AnswerReport): string {
  const rows = answerRows(answers);
  const answered = sumOf(answers.answered);
  if (answered === 0) return '';
  if (answers.changed === 0 && rows.length <= 3) {
    const each = rows.filter((row) => row.answered > 0).map((row) => `${formatCount(row.answered)} × ${row.answer}`);
    const asRecorded = rows.every((row) => row.answered === row.recorded) ? ', all as recorded' : '';
    return `answers  ${escapeForTerminal(each.join(', '))}${asRecorded}`;
  }
  const words = describeMix(answers);
  return [
    answerTable(rows, answers),
    ...(words === undefined ? [] : [escapeForTerminal(words)]),
    ...changeLines(answers),
  ].join('\n');
}

/**
 * What it means that the shares moved, in a sentence: the usual answer of the recording, and the one that grew most.
 *
 * @returns undefined where the mix is as recorded; such as `recorded 200: 95 %, answered 401: 80 %: expired credentials answer fast and look like success`
 */
export function describeMix(answers: AnswerReport): string | undefined {
  const answered = sumOf(answers.answered);
  const recorded = sumOf(answers.recorded) - (answers.recorded[NONE] ?? 0);
  if (answered === 0 || recorded === 0) return undefined;
  const known = answerRows(answers).filter(({ answer }) => answer !== NONE);
  const growth = (row: AnswerRow) => row.answered / answered - row.recorded / recorded;
  const grown = known.reduce((one, other) => (growth(other) > growth(one) ? other : one));
  if (growth(grown) < MOVED_SHARE) return undefined;
  const usual = known.reduce((one, other) => (other.recorded > one.recorded ? other : one));
  const was = `recorded ${usual.answer}: ${formatShare(usual.recorded, recorded)}`;
  return `${was}, answered ${grown.answer}: ${formatShare(grown.answered, answered)}: ${meaningOf(grown.answer)}`;
}

function meaningOf(answer: string): string {
  if (answer === '401' || answer === '403') return 'expired credentials answer fast and look like success';
  if (answer === '404' || answer === '410') return 'the target may lack the data of the recording';
  if (answer === '429') return 'the target limits the rate';
  if (answer === '503') return 'the target may be overloaded';
  if (answer === 'exception') return 'calls that worked when recorded are refused';
  if (/^3\d\d$/.test(answer)) return 'requests are sent elsewhere, perhaps to a login';
  if (/^4\d\d$/.test(answer)) return 'requests that were fine when recorded are refused, and refusals are fast';
  if (/^5\d\d$/.test(answer)) return 'the target fails where the recorded one did not';
  return 'the latencies are of another mix than the recorded one';
}

function answerTable(rows: readonly AnswerRow[], answers: AnswerReport): string {
  const recorded = sumOf(answers.recorded);
  const answered = sumOf(answers.answered);
  const shown = rows.slice(0, MAX_ANSWERS);
  const rest = rows.slice(MAX_ANSWERS);
  const others = {
    answer: `${rest.length} others`,
    recorded: sumBy(rest, 'recorded'),
    answered: sumBy(rest, 'answered'),
  };
  return renderPlainTable(
    [
      { head: 'answer', align: 'left' },
      ...['recorded', '', 'answered', ''].map((head) => ({ head, align: 'right' }) as const),
    ],
    (rest.length === 0 ? shown : [...shown, others]).map((row) => [
      escapeForTerminal(row.answer === NONE ? 'none recorded' : row.answer),
      formatCount(row.recorded),
      formatShare(row.recorded, recorded),
      formatCount(row.answered),
      formatShare(row.answered, answered),
    ]),
  );
}

function changeLines({ changed, changes }: AnswerReport): readonly string[] {
  if (changed === 0) return [];
  const shown = changes.slice(0, MAX_CHANGES);
  const rest = changed - shown.reduce((sum, { count }) => sum + count, 0);
  const rows = [
    ...shown.map((change) => ({ text: `${change.recorded} → ${change.answered}`, count: change.count })),
    ...(rest > 0 ? [{ text: 'others', count: rest }] : []),
  ].map(({ text, count }) => ({ text: escapeForTerminal(text), count: formatCount(count) }));
  const width = Math.max(...rows.map(({ text }) => text.length));
  const countWidth = Math.max(...rows.map(({ count }) => count.length));
  return [
    `${formatNumberOf(changed, 'answer')} changed`,
    ...rows.map(({ text, count }) => `  ${text.padEnd(width)}  ${count.padStart(countWidth)}`),
  ];
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function sumBy(rows: readonly AnswerRow[], side: 'recorded' | 'answered'): number {
  return rows.reduce((sum, row) => sum + row[side], 0);
}
