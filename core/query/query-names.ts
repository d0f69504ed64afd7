/** Names before a query's colon → what they ask: a field, a label, a header, a body. */
import { QUERY_FIELDS } from './fields.ts';
import type { ContentQuery, MessageSide, QueryField } from './query.ts';

/** What a name asks; the test that follows makes it a condition. */
export type Asked =
  | { readonly kind: 'field'; readonly field: QueryField; readonly name?: string }
  | Omit<ContentQuery, 'test'>;

interface ContentName {
  readonly describes: string;
  readonly part: 'header' | 'body';
  readonly side?: MessageSide;
  /** Other names, such as those of ECS and OpenTelemetry. */
  readonly aliases: readonly string[];
}

/** Names of what the bytes tell; those of headers are followed by the header's: `header.user-agent`. */
export const CONTENT_NAMES: Readonly<Record<string, ContentName>> = {
  header: { describes: 'header of either side, by name: header.user-agent', part: 'header', aliases: ['headers'] },
  'request.header': {
    describes: 'header of the request, by name',
    part: 'header',
    side: 'request',
    aliases: ['request.headers', 'http.request.header', 'http.request.headers'],
  },
  'response.header': {
    describes: 'header of the answer, by name',
    part: 'header',
    side: 'response',
    aliases: ['response.headers', 'http.response.header', 'http.response.headers'],
  },
  body: { describes: 'text within the body of either side', part: 'body', aliases: [] },
  'request.body': {
    describes: 'text within the body of the request',
    part: 'body',
    side: 'request',
    aliases: ['http.request.body', 'http.request.body.content'],
  },
  'response.body': {
    describes: 'text within the body of the answer',
    part: 'body',
    side: 'response',
    aliases: ['http.response.body', 'http.response.body.content'],
  },
};

/** ECS names one header by itself. */
const USER_AGENT = 'user_agent.original';

const FIELDS_BY_NAME: ReadonlyMap<string, QueryField> = new Map(
  (Object.keys(QUERY_FIELDS) as QueryField[]).flatMap((field) =>
    withAliases(field, QUERY_FIELDS[field].aliases, field),
  ),
);

const CONTENT_BY_NAME: ReadonlyMap<string, ContentName> = new Map(
  Object.entries(CONTENT_NAMES).flatMap(([name, content]) => withAliases(name, content.aliases, content)),
);

const ALL_NAMES: readonly string[] = [...FIELDS_BY_NAME.keys(), ...CONTENT_BY_NAME.keys(), USER_AGENT];
/** Our own names, all of them. */
export const OWN_NAMES: readonly string[] = [...Object.keys(QUERY_FIELDS), ...Object.keys(CONTENT_NAMES)];

/** Nothing, what is asked, or `needs-name` for a label or header without one. The names themselves are known in any case. */
export function resolveName(written: string): Asked | 'needs-name' | undefined {
  const name = written.toLowerCase();
  if (name === USER_AGENT) return { kind: 'content', part: 'header', side: 'request', name: 'user-agent' };
  const field = FIELDS_BY_NAME.get(name);
  if (field !== undefined) return field === 'label' ? 'needs-name' : { kind: 'field', field };
  const content = CONTENT_BY_NAME.get(name);
  if (content !== undefined) return content.part === 'header' ? 'needs-name' : toAsked(content);
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const [before, after] = [name.slice(0, dot), written.slice(dot + 1)];
    if (after === '') return undefined;
    if (FIELDS_BY_NAME.get(before) === 'label') return { kind: 'field', field: 'label', name: after };
    const named = CONTENT_BY_NAME.get(before);
    if (named?.part === 'header') return { ...toAsked(named), name: after.toLowerCase() };
  }
  return undefined;
}

/** The name in messages, as it would be written. */
export function nameOf(asked: Asked): string {
  const part = asked.kind === 'field' ? asked.field : asked.part;
  const side = asked.kind === 'content' && asked.side !== undefined ? `${asked.side}.` : '';
  return `${side}${part}${asked.name === undefined ? '' : `.${asked.name}`}`;
}

/** Names that begin so, with their colon, or the dot before a label or header; other names than our own only where something of them is written. */
export function completeNames(beginning: string): readonly string[] {
  const wanted = beginning.toLowerCase();
  return (wanted === '' ? OWN_NAMES : [...new Set([...OWN_NAMES, ...ALL_NAMES])])
    .filter((name) => name.toLowerCase().startsWith(wanted))
    .map((name) => (resolveName(name) === 'needs-name' ? `${name}.` : `${name}:`));
}

/** Our own names, those most like the unknown one first; at most three. */
export function nearestNames(name: string): readonly string[] {
  const wanted = name.toLowerCase().slice(0, 40);
  const own = [
    ...[...FIELDS_BY_NAME].map(([known, field]): [string, string] => [known, field]),
    ...Object.entries(CONTENT_NAMES).flatMap(([known, { aliases }]) => withAliases(known, aliases, known)),
  ];
  const near = own
    .map(([known, named]) => ({ named, distance: editDistance(wanted, known) }))
    .sort((one, other) => one.distance - other.distance)
    .map(({ named }) => named);
  return [...new Set(near)].slice(0, 3);
}

function toAsked({ part, side }: ContentName): Omit<ContentQuery, 'test'> {
  return { kind: 'content', part, ...(side === undefined ? {} : { side }) };
}

function withAliases<Named>(name: string, aliases: readonly string[], named: Named): [string, Named][] {
  return [name, ...aliases].map((each): [string, Named] => [each.toLowerCase(), named]);
}

/** Levenshtein distance: insertions, removals and replacements between two short words. */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (above[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    above = row;
  }
  return above[other.length] as number;
}
