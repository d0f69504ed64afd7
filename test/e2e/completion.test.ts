/** Completion as bash does it: its script sourced, its function called with the line. */
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { BIN } from '../support/cli/bytecopy.ts';
import { describeWith, testWith } from '../support/requirements.ts';

/** What bash would put at the cursor, the end of the line. */
function completed(line: string): string[] {
  const script = `
    bytecopy() { "$NODE" "$BIN" "$@"; }
    source <(bytecopy completion bash)
    complete -p bytecopy >/dev/null || exit 1
    COMP_LINE=$1 COMP_POINT=\${#1}
    _bytecopy bytecopy
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, NODE: process.execPath, BIN };
  const ended = spawnSync('bash', ['--norc', '-c', script, 'bash', line], { encoding: 'utf8', env });
  expect([ended.status, ended.stderr]).toEqual([0, '']);
  return ended.stdout.split('\n').filter((each) => each !== '');
}

describeWith(['build'], 'completion', () => {
  testWith([], 'bash completes commands, flags, fields and their values', () => {
    expect(completed('bytecopy tra')).toEqual(['trace']);
    expect(completed('bytecopy find --hist')).toEqual(['--histogram']);
    expect(completed("bytecopy find 'service:a AND outcome:req")).toEqual(['service:a AND outcome:request-only']);
    expect(completed('bytecopy find outcome:req')).toEqual(['request-only']);
    expect(completed('bytecopy import ')).toEqual([]);
  });

  testWith([], 'every shell gets a script that names the hidden command', () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { stdout, status } = spawnSync(process.execPath, [BIN, 'completion', shell], { encoding: 'utf8' });
      expect([status, stdout.includes(` complete ${shell} `)]).toEqual([0, true]);
    }
    expect(spawnSync(process.execPath, [BIN, 'completion', 'tcsh'], { encoding: 'utf8' }).status).toBe(2);
  });
});
