/** HTML in which every text is escaped unless it was made here. */
import { escapeForTerminal } from '../terminal-text.ts';

export class Markup {
  readonly text: string;

  /** @param text HTML that holds nothing from outside which is not escaped */
  constructor(text: string) {
    this.text = text;
  }
}

export type MarkupPart = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attribute values in quotes; controls and marks that turn the writing direction are shown, not obeyed. */
export function escapeHtml(text: string): string {
  return escapeForTerminal(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** A template whose values are escaped; markup and lists of markup go in as they are. */
export function html(texts: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  let out = texts[0] as string;
  for (const [index, part] of parts.entries()) out += markupText(part) + (texts[index + 1] as string);
  return new Markup(out);
}

/** A value as JSON within a `script` element: no `<`, which could end it. */
export function embedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function markupText(part: MarkupPart): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escapeHtml(String(part));
}
