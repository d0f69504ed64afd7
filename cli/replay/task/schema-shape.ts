/** Looks into a schema: which objects may stand at a place, and so which keys. */
import type { z } from 'zod';

type Schema = z.core.$ZodType;
export type Shape = Readonly<Record<string, Schema>>;

/** What the kinds of schema have of these. */
interface Inside {
  readonly type: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly options?: readonly Schema[];
  readonly discriminator?: string;
  readonly shape?: Shape;
  readonly getter?: () => Schema;
  readonly values?: readonly unknown[];
}

/** Wrappers within each other that are looked through. */
const MAX_DEPTH = 32;

/** Keys that may stand at a place of a document. @param document decides where there are alternatives */
export function keysAt(schema: Schema, path: readonly PropertyKey[], document: unknown): readonly string[] {
  let found = [schema];
  let value = document;
  for (const step of path) {
    found = found.flatMap((one) => unwrapped(one, value)).flatMap((one) => below(one, step));
    // One alone stands for a list of one.
    if (typeof step !== 'number' || Array.isArray(value))
      value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  }
  return [...new Set(found.flatMap((one) => objectsOf(one, value)).flatMap((shape) => Object.keys(shape)))];
}

/** Shapes of the objects that the schema takes. @param value decides where there are alternatives */
export function objectsOf(schema: Schema, value: unknown): readonly Shape[] {
  return unwrapped(schema, value)
    .map((one) => insideOf(one).shape)
    .filter((shape) => shape !== undefined);
}

function below(schema: Schema, step: PropertyKey): readonly Schema[] {
  const { shape, element, valueType } = insideOf(schema);
  const field = shape === undefined || !Object.hasOwn(shape, step) ? undefined : shape[String(step)];
  return [field, element, valueType].filter((one) => one !== undefined);
}

/** What is behind defaults, conversions and alternatives. */
function unwrapped(schema: Schema, value: unknown, depth = 0): readonly Schema[] {
  if (depth > MAX_DEPTH) return [];
  const inside = insideOf(schema);
  const further = (one: Schema) => unwrapped(one, value, depth + 1);
  switch (inside.type) {
    case 'pipe': {
      const converts = inside.in !== undefined && insideOf(inside.in).type === 'transform';
      const one = converts ? inside.out : inside.in;
      return one === undefined ? [] : further(one);
    }
    case 'lazy':
      return inside.getter === undefined ? [] : further(inside.getter());
    case 'union':
      return alternatives(inside, value).flatMap(further);
    default:
      return inside.innerType === undefined ? [schema] : further(inside.innerType);
  }
}

/** The one that the value names, where it names one. */
function alternatives({ options = [], discriminator }: Inside, value: unknown): readonly Schema[] {
  if (discriminator === undefined) return options;
  const named = (value as Record<string, unknown> | null | undefined)?.[discriminator];
  const fitting = options.filter((option) => {
    const literal = insideOf(option).shape?.[discriminator];
    return literal !== undefined && insideOf(literal).values?.includes(named);
  });
  return fitting.length === 0 ? options : fitting;
}

function insideOf(schema: Schema): Inside {
  return schema._zod.def as unknown as Inside;
}
