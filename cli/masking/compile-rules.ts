/** Rules as a user writes them → rules as they are asked. */
import { createHmac } from 'node:crypto';
import { BytecopyError, compileQuery, type KeyRing, type Micros, parseQuery } from '../../core/index.ts';
import {
  loadMasking,
  type MaskAction,
  type MaskPlace,
  type MaskRule,
  parseJsonPath,
  queryViews,
  type TextFinder,
} from '../../parser/index.ts';
import type { MaskingConfig, MaskRuleConfig, MaskSet } from './masking-config.ts';

/** What the words of Presidio for them are. */
const REPLACED: Readonly<Record<MaskSet, string>> = {
  credentials: 'CREDENTIAL',
  cards: 'CREDIT_CARD',
  emails: 'EMAIL_ADDRESS',
  phones: 'PHONE_NUMBER',
};

const FIELD_PATH = /^-?\d/;

type Masking = Awaited<ReturnType<typeof loadMasking>>;
type Expressions = Pick<typeof import('../../emitter/index.ts'), 'expressionProblem' | 'LinearExpression'>;

interface Parts {
  readonly masking: Masking;
  readonly expressions: Expressions | undefined;
  readonly ring: KeyRing | undefined;
  readonly now: Micros;
}

/** Whether the user's keys are needed. */
export function needsKeys({ rules = [] }: MaskingConfig): boolean {
  return rules.some((rule) => rule.action === 'encrypt' || (rule.action === 'hash' && rule.key === undefined));
}

/**
 * @param ring there where {@link needsKeys} says so
 * @throws BytecopyError `MASK_RULES_INVALID`, `QUERY_INVALID` (exit code 2)
 */
export async function compileMaskRules(
  { rules = [], sets = [] }: MaskingConfig,
  ring: KeyRing | undefined,
  now: Micros,
): Promise<readonly MaskRule[]> {
  // Expressions are the emitter's, which is only loaded for them.
  const needsExpressions = rules.some(({ find }) => find !== undefined);
  const expressions = needsExpressions ? await import('../../emitter/index.ts') : undefined;
  const parts: Parts = { masking: await loadMasking(), expressions, ring, now };
  const named = rules.flatMap((rule, i) => compiled(rule, rule.name ?? `rule ${i + 1}`, i, parts));
  const asked = sets.flatMap((set) =>
    ofSet(set, { name: set, side: 'both', action: { kind: 'replace', text: REPLACED[set] } }, parts),
  );
  return [...named, ...asked];
}

function compiled(rule: MaskRuleConfig, name: string, place: number, parts: Parts): readonly MaskRule[] {
  const places = rule.where?.flatMap((one) => placeOf(one));
  const base: MaskRule = {
    name,
    side: rule.side,
    action: actionOf(rule, parts),
    ...(places === undefined ? {} : { places }),
    ...(rule.when === undefined ? {} : { when: compileQuery(parseQuery(rule.when, parts.now), queryViews()) }),
  };
  if (rule.set !== undefined) return ofSet(rule.set, base, parts);
  if (rule.find === undefined || parts.expressions === undefined) return [base];
  return [{ ...base, finder: expression(rule.find, place, parts.expressions) }];
}

function expression(source: string, place: number, { expressionProblem, LinearExpression }: Expressions): TextFinder {
  const problem = expressionProblem(source);
  if (problem === undefined) return new LinearExpression(source);
  throw new BytecopyError('MASK_RULES_INVALID', `masking.rules.${place}.find: ${problem}`, {
    hint: "an expression of RE2's syntax looks like T-\\d{6}",
    exitCode: 2,
  });
}

function ofSet(set: MaskSet, base: MaskRule, { masking }: Parts): readonly MaskRule[] {
  switch (set) {
    case 'credentials':
      return [
        { ...base, places: [{ kind: 'credentials' }] },
        { ...base, finder: new masking.BearerTokens() },
      ];
    case 'cards':
      return [{ ...base, finder: new masking.CardNumbers() }];
    case 'emails':
      return [{ ...base, finder: new masking.EmailAddresses() }];
    case 'phones':
      return [{ ...base, finder: new masking.PhoneNumbers() }];
    default:
      return set satisfies never;
  }
}

function placeOf(place: NonNullable<MaskRuleConfig['where']>[number]): readonly MaskPlace[] {
  const { json, thrift } = place;
  if (json !== undefined) return [{ kind: 'json', path: parseJsonPath(json) ?? [] }];
  if (thrift !== undefined) {
    return FIELD_PATH.test(thrift)
      ? [{ kind: 'thrift', path: thrift.split('.').map(Number) }]
      : [{ kind: 'thrift-name', name: thrift.toLowerCase() }];
  }
  return (['header', 'cookie', 'query', 'form'] as const).flatMap((kind) => {
    const name = place[kind];
    return name === undefined ? [] : [{ kind, name: name.toLowerCase() }];
  });
}

function actionOf(rule: MaskRuleConfig, { ring }: Parts): MaskAction {
  switch (rule.action) {
    case 'replace':
      return { kind: 'replace', text: rule.with };
    case 'mask':
      return { kind: 'mask', char: rule.char, from: rule.from, keep: rule.keep };
    case 'hash':
      return { kind: 'hash', key: hashKey(rule.key, ring), sameLength: rule.sameLength };
    case 'redact':
    case 'encrypt':
    case 'keep':
      return { kind: rule.action };
    default:
      return rule satisfies never;
  }
}

/** The ring's key seals: what hashes is made of it, not itself. */
function hashKey(own: string | undefined, ring: KeyRing | undefined): Uint8Array {
  if (own !== undefined) return Buffer.from(own);
  return createHmac('sha256', ring?.current.bytes ?? '')
    .update('bytecopy masking')
    .digest();
}
