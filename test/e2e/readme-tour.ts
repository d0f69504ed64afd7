/**
 * The tour of README.md as steps: each `sh` block behind a line of markers.
 *
 *     <!-- tour --><!-- prints: a text --><!-- prints: another -->
 *
 *     ```sh
 *     npx bytecopy …
 *     ```
 */
export interface TourStep {
  readonly script: string;
  /** Texts that the step's output must contain. */
  readonly prints: readonly string[];
}

const STEP = /^<!-- tour -->(.*)\n\n```sh\n([\s\S]*?)^```$/gm;
const PRINTS = /<!-- prints: (.*?) -->/g;

/** What a step's output ends with in the log of the whole tour. */
const STEP_END = 'tour-step-ended';

export function readTour(markdown: string): readonly TourStep[] {
  return [...markdown.matchAll(STEP)].map(([, markers = '', script = '']) => ({
    script,
    prints: [...markers.matchAll(PRINTS)].map((match) => match[1] ?? ''),
  }));
}

/** @returns one shell script that runs all steps in one shell and stops at the first command that fails */
export function joinSteps(steps: readonly TourStep[]): string {
  return ['set -e', ...steps.map((step) => `${step.script}echo ${STEP_END}`), ''].join('\n');
}

/** @returns the output of each step that ended, and what came after the last of them */
export function splitOutput(output: string): readonly string[] {
  return output.split(`${STEP_END}\n`);
}
