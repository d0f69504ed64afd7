/**
 * `masking:` in the config file; a file of `--mask-rules` holds the same without the key.
 *
 *   masking:
 *     sets: [credentials, cards, emails, phones]
 *     rules:
 *       - { name: staff, where: { json: '$.user.email' }, find: '@example\.org$', action: keep }
 *       - { name: user, where: [{ json: '$.user.id' }, { query: user }], action: hash }
 *       - { name: card, set: cards, action: mask, keep: 4 }
 *       - { name: ticket, find: 'T-\d{6}', when: 'service:front', side: response, action: replace, with: TICKET }
 */
import { z } from 'zod';
import { jsonPathProblem } from '../../parser/index.ts';

export const MASK_SETS = ['credentials', 'cards', 'emails', 'phones'] as const;

const MAX_RULES = 200;
const name = z.string().min(1).max(200);
const FRAMING = /^(?:content-length|transfer-encoding|content-encoding|te|trailer)$/i;
const FIELD_PATH_OR_NAME = /^(?:-?\d{1,5}(?:\.-?\d{1,5}){0,15}|[A-Za-z_*?][\w*?]*)$/;

const place = z
  .strictObject({
    /** Name of a header field, also of Thrift headers; of trailers too. */
    header: name.refine((text) => !FRAMING.test(text), 'says where the body ends: it cannot be masked').optional(),
    cookie: name.optional(),
    /** Name of a parameter, in any URL of the head. */
    query: name.optional(),
    /** Such as `$.user.email`, `items[*].owner`, `$.*.mail`; with all that lies below it. */
    json: z
      .string()
      .max(1_000)
      .superRefine((text, context) => {
        const problem = jsonPathProblem(text);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .optional(),
    form: name.optional(),
    /** A path of field ids such as `1.255.2`, or the name of a field in the IDL. */
    thrift: z
      .string()
      .regex(FIELD_PATH_OR_NAME, 'a path of field ids looks like 1.255.2, a name like password')
      .optional(),
  })
  .refine((given) => Object.keys(given).length === 1, 'name one place, or write a list of them');

const common = {
  name: name.optional(),
  where: z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(place).min(1, 'names nothing').max(MAX_RULES).optional(),
  ),
  /** Only what this expression of RE2 finds, not the whole value; without `where`, anywhere. */
  find: z.string().min(1).max(4_096).optional(),
  /** Only what is of this set. */
  set: z.enum(MASK_SETS).optional(),
  /** Of the exchanges that a query takes. */
  when: z.string().min(1).max(4_096).optional(),
  side: z.enum(['request', 'response', 'both']).default('both'),
};

const rule = z
  .discriminatedUnion('action', [
    z.strictObject({ ...common, action: z.literal('replace'), with: z.string().max(1_000) }),
    z.strictObject({ ...common, action: z.literal('redact') }),
    z.strictObject({
      ...common,
      action: z.literal('mask'),
      /** One character. */
      char: z
        .string()
        .refine((text) => [...text].length === 1 && text > ' ', 'one character')
        .default('*'),
      from: z.enum(['left', 'right']).default('left'),
      /** Characters at the other end that stay. */
      keep: z.number().int().min(0).max(1_000).default(0),
    }),
    z.strictObject({
      ...common,
      action: z.literal('hash'),
      /** Of its own; the newest of the key file where absent. */
      key: z.string().min(8, 'a key has 8 characters at least').max(1_000).optional(),
      /** As many digits as the value has characters. */
      sameLength: z.boolean().default(false),
    }),
    z.strictObject({ ...common, action: z.literal('encrypt') }),
    z.strictObject({ ...common, action: z.literal('keep') }),
  ])
  .superRefine(({ where, find, set }, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if (where === undefined && find === undefined && set === undefined) fault('say where, find or set');
    if (find !== undefined && set !== undefined) fault('find and set are two answers to one question');
    if (set === 'credentials' && where !== undefined) fault('the credentials say themselves where they are');
  });

export const maskingSchema = z.strictObject({
  rules: z.array(rule).max(MAX_RULES).optional(),
  /** Asked behind the rules. */
  sets: z.array(z.enum(MASK_SETS)).optional(),
  /** What cannot be read, and so not be masked, is kept as it is. */
  raw: z.boolean().optional(),
  /** Live mirrors get masked requests too; verbatim ones otherwise. */
  mirrors: z.boolean().optional(),
});

export type MaskingConfig = z.infer<typeof maskingSchema>;
export type MaskRuleConfig = NonNullable<MaskingConfig['rules']>[number];
export type MaskSet = (typeof MASK_SETS)[number];
