/**
 * Flags win over the document, choice by choice: what a flag says displaces what the document says of the same choice,
 * also by another name.
 */
import { usageError } from '../../options/usage-error.ts';
import type { ReplayTask, TaskFlags } from './task.ts';

type Name = keyof TaskFlags;

/** Each is one choice: several of them contradict each other. */
const CHOICES: readonly (readonly Name[])[] = [
  ['speed', 'qps', 'plan'],
  ['allowWrites', 'readOnly'],
  ['file', 'store'],
  ['file', 'recording'],
  ['insecure', 'ca'],
  ['cert', 'key'],
];

/** What has a meaning only with some timings: displaced where a flag chose another one. */
const OF_TIMING: readonly Name[] = ['arrivals', 'seed', 'late', 'by'];

/**
 * @param flags as given, without defaults
 * @returns the flags as if the document had been written on the command line, in front of them
 */
export function flagsOntoTask<Flags extends TaskFlags>(flags: Flags, task: ReplayTask): Flags {
  const said = (name: Name) => flags[name] !== undefined;
  const displaced = new Set<Name>();
  for (const choice of CHOICES) if (choice.some(said)) for (const name of choice) displaced.add(name);
  const timing = CHOICES[0] as readonly Name[];
  if (timing.some((name) => said(name) && task.flags[name] === undefined))
    for (const name of OF_TIMING) displaced.add(name);
  const kept = Object.entries(task.flags).filter(([name]) => !displaced.has(name as Name));
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(kept), ...Object.fromEntries(given) } as Flags;
}

/**
 * The task as its flags leave it: targets of the command line displace the document's pools.
 *
 * @throws BytecopyError `USAGE` (exit code 2) where users have units and the command line's targets are of none
 */
export function taskUnderFlags(flags: TaskFlags, task: ReplayTask): ReplayTask {
  if (flags.to !== undefined && task.units !== undefined) {
    throw usageError('--to names targets of no unit, and the task has units', 'leave --to out, or the units');
  }
  const merged = { ...task, flags: flagsOntoTask<TaskFlags>(flags, task) };
  return flags.to === undefined ? merged : { ...merged, pools: undefined, discovered: [] };
}
