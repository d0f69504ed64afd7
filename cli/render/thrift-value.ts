/**
 * A Thrift struct as an indented tree, a line a value:
 *
 *     1 item: Item
 *       1 name: string "pump"
 *       2 state: State SOLD (2)
 *     2: list<i32> [1, 2, 3]
 */
import {
  type NamedField,
  type NamedType,
  type ThriftStruct,
  type ThriftValue,
  thriftTypeText,
} from '../../parser/index.ts';
import { formatByteCount, formatNumberOf } from './amount.ts';
import { escapeForTerminal } from './terminal-text.ts';

/** Lines shown at most: some screens. */
const MAX_LINES = 400;
const MAX_TEXT_CHARACTERS = 300;
const MAX_HEX_BYTES = 48;

/** Scalars of a list that share a line. */
const MAX_INLINE_ELEMENTS = 16;

/** @param type what the IDL says about the fields */
export function renderThriftStruct(value: ThriftStruct, type: NamedType | undefined, indent: string): string[] {
  const tree = new ThriftTree();
  tree.struct(value, type, indent);
  return tree.lines();
}

class ThriftTree {
  readonly #lines: string[] = [];
  #left = 0;

  lines(): string[] {
    return this.#left === 0 ? this.#lines : [...this.#lines, `… ${formatNumberOf(this.#left, 'more value')}`];
  }

  struct({ fields }: ThriftStruct, type: NamedType | undefined, indent: string): void {
    for (const { id, value } of fields) {
      const named: NamedField | undefined = type?.field(id);
      this.#value(named === undefined ? `${id}` : `${id} ${named.name}`, value, named?.type, indent);
    }
  }

  #value(label: string, value: ThriftValue, type: NamedType | undefined, indent: string): void {
    if (this.#lines.length >= MAX_LINES) {
      this.#left++;
      return;
    }
    const head = `${indent}${label}: ${type?.name ?? thriftTypeText(value)}`;
    const inside = `${indent}  `;
    switch (value.type) {
      case 'struct':
        this.#lines.push(value.fields.length === 0 ? `${head} {}` : head);
        this.struct(value, type, inside);
        return;
      case 'list':
      case 'set': {
        const inline = inlineElements(value.elements, type?.element);
        this.#lines.push(inline === undefined ? head : `${head} ${inline}`);
        if (inline !== undefined) return;
        value.elements.forEach((element, i) => {
          this.#value(`[${i}]`, element, type?.element, inside);
        });
        return;
      }
      case 'map':
        this.#lines.push(value.entries.length === 0 ? `${head} {}` : head);
        for (const [key, one] of value.entries) this.#entry(key, one, type, inside);
        return;
      default:
        this.#lines.push(`${head} ${scalarText(value, type)}`);
    }
  }

  #entry(key: ThriftValue, value: ThriftValue, type: NamedType | undefined, indent: string): void {
    if (isScalar(key)) {
      this.#value(scalarText(key, type?.key), value, type?.value, indent);
      return;
    }
    this.#value('key', key, type?.key, indent);
    this.#value('value', value, type?.value, indent);
  }
}

type Scalar = Exclude<ThriftValue, { type: 'struct' | 'list' | 'set' | 'map' }>;

function isScalar(value: ThriftValue): value is Scalar {
  return value.type !== 'struct' && value.type !== 'list' && value.type !== 'set' && value.type !== 'map';
}

/** Undefined where each element gets a line. */
function inlineElements(elements: readonly ThriftValue[], type: NamedType | undefined): string | undefined {
  if (elements.length > MAX_INLINE_ELEMENTS) return undefined;
  const texts: string[] = [];
  for (const element of elements) {
    if (!isScalar(element) || (element.type === 'string' && element.bytes.length > 20)) return undefined;
    texts.push(scalarText(element, type));
  }
  return `[${texts.join(', ')}]`;
}

function scalarText(value: Scalar, type: NamedType | undefined): string {
  switch (value.type) {
    case 'string':
      return value.text === undefined ? hexText(value.bytes) : quoted(value.text);
    case 'i32': {
      const member = type?.member(value.value);
      return member === undefined ? String(value.value) : `${member} (${value.value})`;
    }
    case 'bool':
    case 'i8':
    case 'i16':
    case 'i64':
    case 'double':
    case 'uuid':
      return String(value.value);
    default:
      return value satisfies never;
  }
}

function quoted(text: string): string {
  const shown = text.slice(0, MAX_TEXT_CHARACTERS);
  const rest = text.length - shown.length;
  const escaped = escapeForTerminal(shown.replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
  return `"${escaped}"${rest === 0 ? '' : ` … ${formatNumberOf(rest, 'more character')}`}`;
}

function hexText(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, MAX_HEX_BYTES)).toString('hex');
  const rest = bytes.length - MAX_HEX_BYTES;
  return `0x${shown}${rest > 0 ? ` … ${formatByteCount(rest)} more` : ''}`;
}
