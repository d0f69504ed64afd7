/**
 * Edits that are made to one request, in their order, and what they come to for the parser's rewriting.
 *
 * Sequences are a tree that grows with the traffic: a request walks from the empty sequence by the edits that fit it, so
 * that requests of the same edits end at one object, and nothing is put together twice. The tree is let go of when it has
 * {@link MAX_SEQUENCES}.
 *
 * The path and the body that a request gets are found out while it is checked; the last of each are kept for the
 * rewriting that follows, which finds out all others anew.
 */
import type { RequestEdits, ThriftEdits } from '../../../parser/index.ts';
import type { BodyStep } from './body-step.ts';
import type { Edit } from './edit.ts';
import { joinRequestEdits, joinThriftEdits, type RuleEdits } from './rule-edits.ts';

/** Rules that come together in more ways than this are put together again and again. */
export const MAX_SEQUENCES = 1_024;

/** The kept verdict about requests that go. */
export interface KeptRequest {
  readonly kind: 'keep';
  /** Undefined where no rule changes anything. */
  readonly edits: RuleEdits | undefined;
  /** Names of the rules that change something, in their order. */
  readonly rules: readonly string[];
}

interface Tree {
  count: number;
  path: { readonly of: EditSequence; readonly before: string; readonly after: string } | undefined;
  body: { readonly of: EditSequence; readonly before: Uint8Array; readonly after: Uint8Array } | undefined;
}

export class EditSequence {
  readonly #edits: readonly Edit[];
  readonly #rules: readonly string[];
  readonly #next = new Map<Edit, EditSequence>();
  readonly #steps: readonly BodyStep[];
  readonly #tree: Tree;
  #kept: KeptRequest | undefined;

  private constructor(edits: readonly Edit[], rules: readonly string[], tree: Tree) {
    this.#edits = edits;
    this.#rules = rules;
    this.#tree = tree;
    this.#steps = edits.flatMap((edit) => (edit.kind === 'body' ? [edit.step] : []));
  }

  static empty(): EditSequence {
    return new EditSequence([], [], { count: 1, path: undefined, body: undefined });
  }

  /** The tree has grown to its bound: time to begin with another. */
  get isFull(): boolean {
    return this.#tree.count >= MAX_SEQUENCES;
  }

  /** This one and one more. @param rule name of the rule that it is of */
  with(edit: Edit, rule: string): EditSequence {
    let next = this.#next.get(edit);
    if (next === undefined) {
      const rules = this.#rules.at(-1) === rule ? this.#rules : [...this.#rules, rule];
      next = new EditSequence([...this.#edits, edit], rules, this.#tree);
      this.#tree.count++;
      this.#next.set(edit, next);
    }
    return next;
  }

  get kept(): KeptRequest {
    this.#kept ??= { kind: 'keep', edits: this.#joined(), rules: this.#rules };
    return this.#kept;
  }

  /** What a path becomes, as found out by the check. */
  keepPath(before: string, after: string): void {
    this.#tree.path = { of: this, before, after };
  }

  /** What a decoded body becomes, as found out by the check. */
  keepBody(before: Uint8Array, after: Uint8Array): void {
    this.#tree.body = { of: this, before, after };
  }

  #joined(): RuleEdits | undefined {
    const http: RequestEdits[] = [];
    const thrift: ThriftEdits[] = [];
    for (const edit of this.#edits) {
      switch (edit.kind) {
        case 'request':
          http.push(edit.edits);
          break;
        case 'path':
          http.push({ path: (path) => edit.replace(path) ?? path });
          break;
        case 'thrift':
          thrift.push(edit.edits);
          break;
        case 'body':
          break;
        default:
          edit satisfies never;
      }
    }
    if (this.#steps.length > 0) http.push({ body: ({ bytes }) => this.#newBody(bytes) });
    if (http.length + thrift.length === 0) return undefined;
    return {
      ...(http.length > 0 ? { http: this.#withKeptPath(joinRequestEdits(http)) } : {}),
      ...(thrift.length > 0 ? { thrift: joinThriftEdits(thrift) } : {}),
    };
  }

  #withKeptPath(edits: RequestEdits): RequestEdits {
    const { path } = edits;
    if (typeof path !== 'function') return edits;
    return {
      ...edits,
      path: (before) => {
        const last = this.#tree.path;
        return last?.of === this && last.before === before ? last.after : path(before);
      },
    };
  }

  #newBody(before: Uint8Array): Uint8Array {
    const last = this.#tree.body;
    if (last?.of === this && isSameView(last.before, before)) return last.after;
    let bytes = before;
    for (const step of this.#steps) {
      const after = step(bytes);
      if (typeof after !== 'string') bytes = after;
    }
    return bytes;
  }
}

function isSameView(one: Uint8Array, other: Uint8Array): boolean {
  return one.buffer === other.buffer && one.byteOffset === other.byteOffset && one.length === other.length;
}
