/** What every value begins with that a wildcard matches. */
import { operationTemplate } from '../index-terms/operation-template.ts';

/** Up to the first `*` or `?`, without half a character. */
export function wildcardHead(pattern: string): string {
  const end = pattern.search(/[*?]/);
  const head = end < 0 ? pattern : pattern.slice(0, end);
  return /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head;
}

/** The same of the operation's template: whole parts of the path, because what is begun may become an id. */
export function operationHead(pattern: string): string {
  const head = wildcardHead(pattern);
  const slash = head.lastIndexOf('/');
  if (slash >= 0) return operationTemplate(head.slice(0, slash + 1));
  return head.length < pattern.length ? '' : operationTemplate(head);
}
