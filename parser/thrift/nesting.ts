/**
 * What a walker is inside of: structs, lists and maps, innermost last, at most {@link MAX_DEPTH}.
 *
 * The same for both protocols; they differ in the sizes of their types. Counts are checked against what may still come.
 */
import { MAX_DEPTH } from './layers.ts';

const STRUCT = 0;
const LIST = 1;
const MAP = 2;

export class Nesting {
  depth = 0;
  /** Bytes of a value of fixed size by its type; 0 where sizes vary, -1 for what is no type. */
  readonly #fixed: Int8Array;
  /** Least bytes of a value by its type. */
  readonly #least: Int8Array;
  readonly #kinds = new Uint8Array(MAX_DEPTH);
  readonly #keyTypes = new Uint8Array(MAX_DEPTH);
  readonly #valueTypes = new Uint8Array(MAX_DEPTH);
  /** Values that are still to come; of a map, keys and values together. */
  readonly #left = new Float64Array(MAX_DEPTH);

  constructor(fixed: Int8Array, least: Int8Array) {
    this.#fixed = fixed;
    this.#least = least;
  }

  /** Whether the innermost is a struct: its end is seen, not counted. There must be one. */
  get inStruct(): boolean {
    return this.#kinds[this.depth - 1] === STRUCT;
  }

  /** @returns false where it would be too deep */
  openStruct(): boolean {
    if (this.depth === MAX_DEPTH) return false;
    this.#kinds[this.depth++] = STRUCT;
    return true;
  }

  /** @param room bytes that may still come. @returns false where it cannot be one */
  openList(type: number, count: number, room: number): boolean {
    return count === 0 || this.#open(LIST, type, type, count, this.#least[type] as number, room);
  }

  /** As {@link openList}. */
  openMap(keyType: number, valueType: number, count: number, room: number): boolean {
    const least = (this.#least[keyType] as number) + (this.#least[valueType] as number);
    return count === 0 || this.#open(MAP, keyType, valueType, count, least, room);
  }

  /**
   * Ends the innermost list or map where nothing is left of it, or only values of fixed size.
   *
   * @returns their bytes, -1 where values are to be walked one by one: by {@link nextType}
   */
  endFixed(): number {
    const top = this.depth - 1;
    const left = this.#left[top] as number;
    if (left === 0) {
      this.depth = top;
      return 0;
    }
    const keySize = this.#fixed[this.#keyTypes[top] as number] as number;
    const valueSize = this.#fixed[this.#valueTypes[top] as number] as number;
    if (keySize <= 0 || valueSize <= 0) return -1;
    this.depth = top;
    return this.#kinds[top] === MAP ? (left / 2) * (keySize + valueSize) : left * valueSize;
  }

  /** Type of the next value of the innermost list or map. */
  nextType(): number {
    const top = this.depth - 1;
    const left = this.#left[top] as number;
    this.#left[top] = left - 1;
    return (left % 2 === 0 ? this.#keyTypes[top] : this.#valueTypes[top]) as number;
  }

  #open(kind: number, keyType: number, valueType: number, count: number, least: number, room: number): boolean {
    if (this.#fixed[keyType] === -1 || this.#fixed[valueType] === -1) return false;
    if (count * least > room || this.depth === MAX_DEPTH) return false;
    const top = this.depth++;
    this.#kinds[top] = kind;
    this.#keyTypes[top] = keyType;
    this.#valueTypes[top] = valueType;
    this.#left[top] = kind === MAP ? count * 2 : count;
    return true;
  }
}
