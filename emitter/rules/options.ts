/**
 * The list of rules over recorded requests: schema, defaults, units. Unknown keys are refused.
 *
 * A text pattern is a text with `*` and `?`, or `re:` and an expression of RE2's syntax that may match anywhere in the text.
 * Where one is asked of something that may be missing, the empty pattern means absent or empty, `*` means present.
 */
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';
import { jsonPathProblem, REPLAY_MARKER_HEADER } from '../../parser/index.ts';
import { parseStatusRange } from './match/status-range.ts';
import { replacementProblem } from './pattern/replacement.ts';
import { patternProblem } from './pattern/text-pattern.ts';

const MAX_RULES = 1_000;
const MAX_TEXT_CHARS = 4_096;
/** A token of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FRAMING = /^(?:content-length|transfer-encoding)$/i;
const FIELD_PATH = /^-?\d{1,5}(\.-?\d{1,5}){0,15}$/;

const scalarText = z
  .union([z.string().max(MAX_TEXT_CHARS), z.number(), z.boolean()], 'not a text')
  .transform((scalar) => String(scalar));

const pattern = scalarText.superRefine((text, context) => {
  const problem = patternProblem(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** One where a list is asked for is a list of one. */
function oneOrMore<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(item).min(1, 'names nothing').max(MAX_RULES),
  );
}

const patterns = oneOrMore(pattern);
const byName = z.record(z.string().min(1), patterns).refine((names) => Object.keys(names).length > 0, 'names nothing');
const jsonPath = z
  .string()
  .max(MAX_TEXT_CHARS)
  .superRefine((text, context) => {
    const problem = jsonPathProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
const fieldPath = z.string().regex(FIELD_PATH, 'a path of field ids looks like 1.255.1');

const conditions = {
  /** HTTP verbs. */
  method: patterns.optional(),
  /** As sent, without query, scheme and host. */
  path: patterns.optional(),
  /** By name, in any case; one line of that name has to match. */
  header: byName.optional(),
  /** By name, decoded; one value of that name has to match. */
  query: byName.optional(),
  /** Recorded: `200`, `4xx`, `>=500`. */
  status: oneOrMore(
    scalarText.refine((text) => parseStatusRange(text) !== undefined, 'a status looks like 200, 4xx or >=500'),
  ).optional(),
  /** A text that the decoded body contains, or an expression. */
  body: patterns.optional(),
  /** By path, such as `user.id`, `items[0].sku`, `items[*].sku`. */
  json: z.record(jsonPath, patterns).optional(),
  operation: patterns.optional(),
  service: patterns.optional(),
  /** Name of the calling service. */
  source: patterns.optional(),
  protocol: oneOrMore(z.enum(['http1', 'thrift', 'tcp'])).optional(),
  thrift: z
    .strictObject({
      /** With the service in front of it where the pattern has a colon. */
      function: patterns.optional(),
      /** By path of field ids from the arguments down, such as `1.255.1`. */
      field: z.record(fieldPath, patterns).optional(),
    })
    .optional(),
  /** Percent of the traces (of the flows where there is no trace id), 0–100; the same ones everywhere, a larger share holds the smaller. */
  share: z.number().min(0).max(100).optional(),
};

const match = z.strictObject({
  ...conditions,
  /** Must not hold; all of it together. */
  not: z
    .strictObject(conditions)
    .refine((given) => Object.keys(given).length > 0, 'names nothing')
    .optional(),
});

const headerName = z
  .string()
  .regex(TOKEN, 'not a header name')
  .refine((name) => !FRAMING.test(name), 'says where the body ends: change the body, its framing follows')
  .refine((name) => name.toLowerCase() !== REPLAY_MARKER_HEADER.toLowerCase(), 'marks replayed traffic: it stays');
const headerValue = scalarText.refine((text) => !/[\r\n\0]/.test(text), 'a header value holds no line break');
const thriftKey = z
  .string()
  .min(1)
  .refine((name) => name.toLowerCase() !== REPLAY_MARKER_HEADER.toLowerCase(), 'marks replayed traffic: it stays');
/** Every occurrence. */
const replacement = z
  .strictObject({
    /** A text, without wildcards, or an expression. */
    pattern,
    /** `$1` and `${name}` are groups of an expression, `$$` is `$`. */
    with: z.string().max(MAX_TEXT_CHARS),
  })
  .superRefine((given, context) => {
    const problem = replacementProblem(given);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
const exactNumber = z
  .number()
  .refine((number) => !Number.isInteger(number) || Number.isSafeInteger(number), 'so large an integer loses digits');

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), exactNumber, z.boolean(), z.null(), z.array(json), z.record(z.string(), json)], 'not JSON'),
);

const action = z
  .strictObject({
    /** The request is not sent. */
    'leave-out': z.literal(true).optional(),
    /** Rules further down are not asked. */
    keep: z.literal(true).optional(),
    'set-header': z.record(headerName, headerValue).optional(),
    'remove-header': oneOrMore(headerName).optional(),
    'set-host': z
      .string()
      .regex(/^[!-~]+$/, 'not a host')
      .optional(),
    /** With a `?` in it, replaces the query too. */
    'set-path': z
      .string()
      .max(MAX_TEXT_CHARS)
      .regex(/^\/[^#]*$/, 'a path begins with / and holds no #')
      .optional(),
    'replace-path': replacement.optional(),
    'set-query': z.record(z.string(), scalarText).optional(),
    'remove-query': oneOrMore(z.string()).optional(),
    /** All places of the path get the value; none is made. */
    'set-json': oneOrMore(z.strictObject({ path: jsonPath, value: json })).optional(),
    'remove-json': oneOrMore(jsonPath).optional(),
    'replace-body': replacement.optional(),
    /** A value of the type that is on the wire; integers also as decimal text. */
    'set-field': oneOrMore(
      z.strictObject({ path: fieldPath, value: z.union([z.string(), exactNumber, z.boolean()], 'not a scalar') }),
    ).optional(),
    /** `#9` is the integer key 9 of TTHeader. */
    'set-thrift-header': z.record(thriftKey, scalarText).optional(),
    'remove-thrift-header': oneOrMore(thriftKey).optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'does nothing');

/** `leave-out` alone says as much as `leave-out: true`. */
const written = z.preprocess((given) => (typeof given === 'string' ? { [given]: true } : given), action);

const rule = z.strictObject({
  /** `rule 3` where absent: its place in the list. */
  name: z.string().min(1).max(200).optional(),
  /** All that is given must hold, of a list any; everything where absent. */
  match: match.prefault({}),
  do: oneOrMore(written),
  /** What becomes of a request that an edit does not fit: it goes without that edit, or not at all. */
  onProblem: z.enum(['send', 'leave-out']).default('send'),
});

/** Rules in the order in which they are asked. */
export const rulesSchema = z
  .array(rule)
  .max(MAX_RULES)
  .superRefine((rules, context) => {
    const places = new Map<string, number>();
    for (const [place, { name }] of rules.entries()) {
      if (name === undefined) continue;
      const first = places.get(name);
      if (first === undefined) places.set(name, place);
      else context.addIssue({ code: 'custom', path: [place, 'name'], message: `rule ${first + 1} has that name too` });
    }
  });

export type Rules = z.output<typeof rulesSchema>;
export type Rule = Rules[number];
export type RuleConditions = Omit<Rule['match'], 'not'>;
export type RuleAction = Rule['do'][number];

/** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2), naming each rule that is wrong */
export function checkRules(given: unknown): Rules {
  const result = rulesSchema.safeParse(given);
  if (result.success) return result.data;
  const found = result.error.issues.map((issue) => {
    const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message;
    return `${['rules', ...issue.path].join('.')}: ${message}`;
  });
  throw new BytecopyError('REPLAY_OPTIONS_INVALID', found.join('; '), { exitCode: 2 });
}
