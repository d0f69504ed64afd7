/** How the word at the cursor can go on, by the tree of commands: commands, flags, queries, values of few choices. */
import type { Command, Option } from 'commander';
import { completeQuery } from '../../core/index.ts';

/** @returns whole words; none where files or anything else may follow */
export function candidatesOf(program: Command, words: readonly string[], current: string): readonly string[] {
  const { command, places, option } = walk(program, words);
  if (option !== undefined) return optionValues(option, current);
  const assigned = /^(--[\w-]+)=(.*)$/s.exec(current);
  if (assigned !== null) {
    const [, name = '', value = ''] = assigned;
    const given = findOption(command, name);
    return given === undefined ? [] : optionValues(given, value).map((each) => `${name}=${each}`);
  }
  if (current.startsWith('--') || current === '-') return flagNames(command).filter((name) => name.startsWith(current));
  const names = places === 0 ? commandNames(command).filter((name) => name.startsWith(current)) : [];
  return [...names, ...placeValues(command, places, current)];
}

interface Walked {
  readonly command: Command;
  /** Arguments that are no flags, given so far. */
  readonly places: number;
  /** The flag whose value is to come. */
  readonly option: Option | undefined;
}

/** @param words of the line, the program's own name first */
function walk(program: Command, words: readonly string[]): Walked {
  let command = program;
  let places = 0;
  let option: Option | undefined;
  for (const word of words.slice(1)) {
    if (option !== undefined) {
      option = undefined;
    } else if (word.startsWith('-') && word.length > 1) {
      const found = findOption(command, word);
      option = found?.required ? found : undefined;
    } else {
      const below = places === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (below === undefined) places++;
      else command = below;
    }
  }
  return { command, places, option };
}

function findOption(command: Command, name: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => long === name || short === name);
}

/** Those of the commands above too: they may stand anywhere. */
function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.parent === null ? [] : optionsOf(command.parent))];
}

function flagNames(command: Command): readonly string[] {
  const own = optionsOf(command).flatMap(({ long, hidden }) => (long == null || hidden ? [] : [long]));
  return [...own, '--help'];
}

function commandNames(command: Command): readonly string[] {
  const { commands } = command;
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => commands.includes(each))
    .map((each) => each.name());
}

function optionValues(option: Option, current: string): readonly string[] {
  if (option.flags.includes('<query>')) return completeQuery(current);
  return (option.argChoices ?? []).filter((choice) => choice.startsWith(current));
}

function placeValues(command: Command, place: number, current: string): readonly string[] {
  const { registeredArguments } = command;
  const argument = registeredArguments[place] ?? registeredArguments.findLast(({ variadic }) => variadic);
  if (argument === undefined) return [];
  if (argument.name() === 'query') return completeQuery(current);
  return (argument.argChoices ?? []).filter((choice) => choice.startsWith(current));
}
