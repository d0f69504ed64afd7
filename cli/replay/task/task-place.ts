/** A place in a document: its path as text, and its line. */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { documentKey } from './units-in-names.ts';

const PLAIN = /^[\w-]+$/;

/** The same place in the document, whose keys have no units. */
export function documentPath(path: readonly PropertyKey[], document: unknown): readonly PropertyKey[] {
  const found: PropertyKey[] = [];
  let value = document;
  for (const step of path) {
    // One alone stands for a list of one.
    if (typeof step === 'number' && !Array.isArray(value)) continue;
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    const key = isThere ? step : documentKey(String(step));
    const used = typeof step === 'string' ? key : step;
    found.push(used);
    value = valueAt(value, used);
  }
  return found;
}

/** `pools[0].targets[1].to`; `document` where it is empty. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (PLAIN.test(String(step))) text += text === '' ? String(step) : `.${String(step)}`;
    else text += `[${JSON.stringify(String(step))}]`;
  }
  return text === '' ? 'document' : text;
}

/** @returns undefined where there is nothing of the kind */
export function valueAt(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<PropertyKey, unknown>)[step];
}

/** Line of the key, or of the nearest thing around it that is there. */
export function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node = document.contents as Node | null;
  let place = node;
  for (const step of path) {
    if (isAlias(node)) node = (node.resolve(document) as Node | undefined) ?? null;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      place = pair.key as Node;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (item === undefined) break;
      place = item;
      node = item;
    } else break;
  }
  return lines.linePos(place?.range?.[0] ?? 0).line || 1;
}
