/**
 * The edits that the actions of a rule come to. What holds for every request alike is one edit; what may not fit a
 * request is one by itself, so that it alone is left out there.
 */
import {
  type RequestEdits,
  rewriteThrift,
  type ThriftEdits,
  type ThriftRewriteProblem,
} from '../../../parser/index.ts';
import type { RuleAction } from '../options.ts';
import { compileReplacement, type Replacement } from '../pattern/replacement.ts';
import type { RecordedForRules } from '../rule-subject.ts';
import { type BodyProblem, type BodyStep, removeJsonStep, replaceBodyStep, setJsonStep } from './body-step.ts';
import { joinRequestEdits } from './rule-edits.ts';

/** Why an edit does not fit a request; `other-protocol`: nothing the rule does is about the protocol of the request. */
export type RuleProblem = BodyProblem | ThriftRewriteProblem | 'other-protocol';

export type Edit =
  | { readonly kind: 'request'; readonly edits: RequestEdits }
  | { readonly kind: 'path'; readonly replace: Replacement }
  | { readonly kind: 'body'; readonly step: BodyStep }
  | { readonly kind: 'thrift'; readonly edits: ThriftEdits };

/** In the order in which they are made. */
export function compileEdits(actions: readonly RuleAction[]): readonly Edit[] {
  return actions.flatMap(compileAction);
}

function compileAction(action: RuleAction): Edit[] {
  const edits: Edit[] = [];
  const request = requestEdits(action);
  if (Object.keys(request).length > 0) edits.push({ kind: 'request', edits: request });
  const replacePath = action['replace-path'];
  if (replacePath !== undefined) edits.push({ kind: 'path', replace: compileReplacement(replacePath) });
  for (const { path, value } of action['set-json'] ?? []) edits.push({ kind: 'body', step: setJsonStep(path, value) });
  for (const path of action['remove-json'] ?? []) edits.push({ kind: 'body', step: removeJsonStep(path) });
  const replaceBody = action['replace-body'];
  if (replaceBody !== undefined) edits.push({ kind: 'body', step: replaceBodyStep(replaceBody) });
  return [...edits, ...thriftEdits(action)];
}

function requestEdits(action: RuleAction): RequestEdits {
  const setHeaders = Object.entries(action['set-header'] ?? {});
  const removeHeaders = action['remove-header'] ?? [];
  const host = action['set-host'];
  const path = action['set-path'];
  const set = Object.entries(action['set-query'] ?? {});
  const remove = action['remove-query'] ?? [];
  return joinRequestEdits([
    {
      setHeaders,
      removeHeaders,
      ...(host === undefined ? {} : { host }),
      ...(path === undefined ? {} : { path }),
      ...(set.length + remove.length > 0 ? { query: { set, remove } } : {}),
    },
  ]);
}

function thriftEdits(action: RuleAction): Edit[] {
  const edits: Edit[] = [];
  const setHeaders = Object.entries(action['set-thrift-header'] ?? {}).map(
    ([key, value]) => [headerKey(key), value] as const,
  );
  const removeHeaders = (action['remove-thrift-header'] ?? []).map(headerKey);
  if (setHeaders.length + removeHeaders.length > 0)
    edits.push({ kind: 'thrift', edits: { setHeaders, removeHeaders } });
  for (const { path, value } of action['set-field'] ?? []) {
    edits.push({ kind: 'thrift', edits: { setFields: [{ path: path.split('.').map(Number), value }] } });
  }
  return edits;
}

/** `#9` is the integer key 9. */
function headerKey(text: string): string | number {
  return /^#\d{1,5}$/.test(text) ? Number(text.slice(1)) : text;
}

/** Whether the edit is about requests of the protocol. */
export function concerns(edit: Edit, { protocol }: RecordedForRules): boolean {
  return edit.kind === 'thrift' ? protocol === 'thrift' : protocol === 'http1';
}

/** Why a call does not take the edit. */
export function thriftProblem(edits: ThriftEdits, { request }: RecordedForRules): ThriftRewriteProblem | undefined {
  return request === undefined ? 'not-whole' : rewriteThrift(request, edits).problem;
}
