/** A written value → the test that it means for what is asked. */
import { parseIsoTime } from '../iso-time.ts';
import type { Micros } from '../units.ts';
import { parseDurationMicros } from './duration.ts';
import { QUERY_FIELDS } from './fields.ts';
import type { Bound, ContentTest, FieldTest, Query, QueryField } from './query.ts';
import { type Asked, nameOf } from './query-names.ts';
import type { QueryText } from './query-text.ts';
import { readValue, type WrittenBound, type WrittenValue } from './query-value.ts';

/** Longer texts are not looked for in bodies: a search costs text × pattern at worst. */
export const MAX_BODY_PATTERN_CHARACTERS = 256;

/** @throws BytecopyError `QUERY_INVALID` */
export function parseTest(asked: Asked, text: QueryText): Query {
  const start = text.position;
  const value = readValue(nameOf(asked), text);
  const meaning = new Meaning(asked, text, start);
  return asked.kind === 'field'
    ? { ...asked, test: meaning.ofField(asked.field, value) }
    : { ...asked, test: asked.part === 'header' ? meaning.ofHeader(value) : meaning.ofBody(value) };
}

class Meaning {
  readonly #name: string;
  readonly #text: QueryText;
  readonly #start: number;

  constructor(asked: Asked, text: QueryText, start: number) {
    this.#name = nameOf(asked);
    this.#text = text;
    this.#start = start;
  }

  ofField(field: QueryField, value: WrittenValue): FieldTest {
    switch (value.kind) {
      case 'literal':
        return this.#equals(field, value.text);
      case 'pattern':
        return this.#pattern(field, value.text);
      case 'exists':
        return value;
      case 'range':
        return this.#range(field, value);
      default:
        return value satisfies never;
    }
  }

  ofHeader(value: WrittenValue): ContentTest {
    switch (value.kind) {
      case 'literal':
        return { kind: 'equals', value: value.text };
      case 'pattern':
        return { kind: 'wildcard', pattern: value.text };
      case 'exists':
        return value;
      case 'range':
        throw this.#noRange();
      default:
        return value satisfies never;
    }
  }

  ofBody(value: WrittenValue): ContentTest {
    switch (value.kind) {
      case 'literal':
        this.#limitText(value.text);
        return { kind: value.exact ? 'equals' : 'contains', value: value.text };
      case 'pattern':
        this.#limitText(value.text);
        return { kind: 'wildcard', pattern: value.text };
      case 'exists':
        return value;
      case 'range':
        throw this.#noRange();
      default:
        return value satisfies never;
    }
  }

  #equals(field: QueryField, written: string): FieldTest {
    const { values, choices } = QUERY_FIELDS[field];
    switch (values) {
      case 'text': {
        const value = comparableValue(field, written);
        // Verbs are open: a service may take one of its own.
        if (field === 'verb' || choices?.includes(value) !== false) return { kind: 'equals', value };
        throw this.#error(`${this.#name} is never "${written}"`, `it is one of ${choices.join(', ')}`);
      }
      case 'number':
        if (/^\d+$/.test(written)) return { kind: 'equals', value: written };
        throw this.#error(`"${written}" is not a number`, '404, 4?? and [400 TO 499] are understood');
      case 'latency':
        return { kind: 'equals', value: String(this.#latency(written, this.#start)) };
      case 'time': {
        const stretch = parseIsoTime(written);
        if (stretch !== undefined) return within(stretch.from, stretch.to);
        const hint = `${this.#name}:2026-11-21T10:00Z is that minute, ${this.#name}:>15m the last 15 minutes`;
        throw this.#error(`"${written}" is not a time`, hint);
      }
      default:
        return values satisfies never;
    }
  }

  #pattern(field: QueryField, written: string): FieldTest {
    const { values } = QUERY_FIELDS[field];
    if (values === 'text' || values === 'number') return { kind: 'wildcard', pattern: comparableValue(field, written) };
    throw this.#error(`${this.#name} has no wildcards`, exampleOf(values, this.#name));
  }

  #range(field: QueryField, written: { readonly min?: WrittenBound; readonly max?: WrittenBound }): FieldTest {
    if (QUERY_FIELDS[field].values === 'text') throw this.#noRange();
    const min = written.min && this.#bound(field, written.min);
    const max = written.max && this.#bound(field, written.max);
    if (min === undefined && max === undefined) return { kind: 'exists' };
    if (min !== undefined && max !== undefined && min.value > max.value) {
      throw this.#error('a range that begins above its end', undefined, written.max?.position);
    }
    return { kind: 'range', ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  }

  #bound(field: QueryField, { text, inclusive, position }: WrittenBound): Bound {
    const { values } = QUERY_FIELDS[field];
    switch (values) {
      case 'text':
        throw this.#noRange();
      case 'number':
        if (/^-?\d+(\.\d+)?$/.test(text)) return { value: Number(text), inclusive };
        throw this.#error(
          text === '' ? 'a number is missing here' : `"${text}" is not a number`,
          `${this.#name}:>=500`,
          position,
        );
      case 'latency':
        return { value: this.#latency(text, position), inclusive };
      case 'time':
        return { value: this.#moment(text, position), inclusive };
      default:
        return values satisfies never;
    }
  }

  #latency(text: string, position: number): Micros {
    const micros = parseDurationMicros(text);
    if (micros !== undefined) return micros;
    const finding = /^\d+(\.\d+)?$/.test(text) ? `${text} of what unit?` : `"${text}" is not a length of time`;
    throw this.#error(finding, `a number and µs, us, ms, s, m or h: ${this.#name}:>200ms`, position);
  }

  /** A bound is the first moment of what it names; a length of time is the moment so long ago, as `--since` takes it. */
  #moment(text: string, position: number): Micros {
    const stretch = parseIsoTime(text);
    if (stretch !== undefined) return stretch.from;
    const ago = text === 'now' ? 0 : parseDurationMicros(text.startsWith('now-') ? text.slice(4) : text);
    if (ago === undefined || text === '0') {
      const hint = `an ISO time or how long ago: ${this.#name}:>15m is the last 15 minutes, ${this.#name}:[2026-11-21T10:00Z TO now] a stretch`;
      throw this.#error(`"${text}" is not a time`, hint, position);
    }
    const { now } = this.#text;
    if (now === undefined) {
      throw this.#error(
        `"${text}" counts from now, and here is no now`,
        'write an ISO time: 2026-11-21T10:00Z',
        position,
      );
    }
    return Math.max(0, now - ago);
  }

  #limitText(text: string): void {
    if (text === '') throw this.#error(`${this.#name}: looks for nothing`, `${this.#name}:* asks whether there is one`);
    if (text.length <= MAX_BODY_PATTERN_CHARACTERS) return;
    throw this.#error(
      `a text of ${text.length} characters to look for; at most ${MAX_BODY_PATTERN_CHARACTERS}`,
      'a part of it finds the same and more',
    );
  }

  #noRange(): Error {
    return this.#error(`${this.#name} is text and has no ranges`, 'status, latency and time have');
  }

  #error(finding: string, hint: string | undefined, position = this.#start): Error {
    return this.#text.error(finding, hint, position);
  }
}

function within(from: Micros, to: Micros): FieldTest {
  return { kind: 'range', min: { value: from, inclusive: true }, max: { value: to, inclusive: false } };
}

function exampleOf(values: 'latency' | 'time', name: string): string {
  return values === 'latency' ? `${name}:[100ms TO 2s]` : `${name}:2026-11-21 is the whole day`;
}

/** A value in the form in which the field compares. */
function comparableValue(field: QueryField, value: string): string {
  const { letters } = QUERY_FIELDS[field];
  switch (letters) {
    case 'as-written':
      return value;
    case 'upper':
      return value.toUpperCase();
    case 'lower':
      return value.toLowerCase();
    default:
      return letters satisfies never;
  }
}
