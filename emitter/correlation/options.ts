/**
 * Options of correlation: what is learnt from answers, and where it takes the recorded value's place. Unknown keys are
 * refused.
 */
import { z } from 'zod';
import { jsonPathProblem } from '../../parser/index.ts';
import { parseStatusRange } from '../rules/match/status-range.ts';
import { expressionProblem, LinearExpression } from '../rules/pattern/linear-expression.ts';

const MAX_RULES = 100;
const MAX_TEXT_CHARS = 4_096;
/** Shorter values are found where they mean something else. */
const DEFAULT_MIN_LENGTH = 6;
/** A token of RFC 9110, section 5.6.2; names of cookies are tokens too (RFC 6265, section 4.1.1). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_PATH = /^-?\d{1,5}(\.-?\d{1,5}){0,15}$/;
const EXPRESSION = 're:';

/** Parts of a request; of Thrift, `header` are the transport's headers, `body` the fields. */
export const PLACES = ['header', 'cookie', 'path', 'query', 'body'] as const;
export type RequestPlace = (typeof PLACES)[number];

/** Where a value stands in an answer. */
export type ValueSource =
  | { readonly kind: 'header' | 'cookie'; readonly name: string }
  /** As in the rules: `data.token`, `items[0].id`. */
  | { readonly kind: 'json'; readonly path: string }
  /** The value is the expression's only group. */
  | { readonly kind: 'body'; readonly expression: string }
  /** Ids of fields of a Thrift result; field 0 is what the function returned. */
  | { readonly kind: 'field'; readonly ids: readonly number[] };

/** Stays a text, so that checked options can be checked again. */
const source = z
  .string()
  .max(MAX_TEXT_CHARS)
  .superRefine((text, context) => {
    const parsed = parseSource(text);
    if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed });
  });

const rule = z.strictObject({
  name: z.string().min(1).max(200),
  learn: z.strictObject({
    /** `header:NAME`, `cookie:NAME` (of Set-Cookie), `json:PATH`, `body:re:EXPRESSION` with one group, `field:PATH` (Thrift). */
    from: source,
    /** Of which exchanges; of all whose recorded answer has such a value where absent. */
    where: z
      .strictObject({
        /** With `*` and `?`, such as `POST /login`. */
        operation: z.string().min(1).max(MAX_TEXT_CHARS).optional(),
        /** Recorded: `200`, `2xx`, `>=500`. */
        status: z
          .union([z.string(), z.number()])
          .transform(String)
          .refine((text) => parseStatusRange(text) !== undefined, 'a status looks like 200, 2xx or >=500')
          .optional(),
      })
      .prefault({}),
  }),
  replace: z
    .strictObject({
      in: z
        .array(z.enum(PLACES))
        .min(1, 'names nothing')
        .default([...PLACES]),
      /** Also where it stands percent-encoded, escaped as in JSON, or in a body with content codings. */
      decoded: z.boolean().default(true),
      /** Recorded values of fewer bytes are left alone. */
      minLength: z.number().int().min(1).max(MAX_TEXT_CHARS).default(DEFAULT_MIN_LENGTH),
    })
    .prefault({}),
});

export const correlationSchema = z
  .array(rule)
  .max(MAX_RULES)
  .superRefine((rules, context) => {
    const names = new Set<string>();
    for (const [at, { name }] of rules.entries()) {
      if (names.has(name)) context.addIssue({ code: 'custom', path: [at, 'name'], message: `two are named ${name}` });
      names.add(name);
    }
  });

export type CorrelationOptions = z.input<typeof correlationSchema>;
export type CheckedCorrelationOptions = z.output<typeof correlationSchema>;
export type CorrelationRule = CheckedCorrelationOptions[number];

/** @returns a text that says what is wrong with it */
export function parseSource(text: string): ValueSource | string {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, colon));
  const rest = text.slice(colon + 1);
  switch (kind) {
    case 'header':
    case 'cookie':
      return TOKEN.test(rest) ? { kind, name: rest } : `not a name of a ${kind}`;
    case 'json':
      return jsonPathProblem(rest) ?? { kind, path: rest };
    case 'body':
      return rest.startsWith(EXPRESSION)
        ? bodySource(rest.slice(EXPRESSION.length))
        : 'behind body: comes re: and an expression';
    case 'field':
      return FIELD_PATH.test(rest) ? { kind, ids: rest.split('.').map(Number) } : 'a path of field ids looks like 0.1';
    default:
      return 'a value comes from header:NAME, cookie:NAME, json:PATH, body:re:EXPRESSION or field:PATH (Thrift)';
  }
}

function bodySource(expression: string): ValueSource | string {
  const problem = expressionProblem(expression);
  if (problem !== undefined) return problem;
  if (new LinearExpression(expression).groupCount !== 1) return 'the expression needs one group, which is the value';
  return { kind: 'body', expression };
}
