/** What flags can say, as values of a document: the same texts, read by the same parsers; lists where flags are repeated. */
import { z } from 'zod';
import type { BytecopyError } from '../../../core/index.ts';

const scalar = z.union([z.string(), z.number()], 'text or a number is allowed');

/** A flag's value: `10s`, `2`, `max`. */
export function flagText<Value>(parse: (text: string) => Value) {
  return scalar.transform((given, context): Value => {
    try {
      return parse(String(given));
    } catch (cause) {
      const { message, hint } = cause as BytecopyError;
      context.addIssue({ code: 'custom', message: hint === undefined ? message : `${message}: ${hint}` });
      return z.NEVER;
    }
  });
}

/** A flag that may be repeated; one value alone is a list of one. */
export function flagList<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(item).min(1).max(10_000),
  );
}

/** A flag without a value. */
export const flagSwitch = z.boolean();

/** Text that is checked where the flag's own place is: paths, names, queries. */
export const flagName = z.string().min(1).max(65_536);

/** Checks as the flag does, and keeps the text. */
export function checkedText(parse: (text: string) => unknown) {
  return flagText((text) => {
    parse(text);
    return text;
  });
}
