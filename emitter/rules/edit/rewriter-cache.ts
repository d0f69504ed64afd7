/**
 * Rewriters by the edits that rules make, kept as long as those live: what a rewriter prepares is prepared once for all
 * requests of the same edits.
 */
import { type RequestEdits, RequestRewriter } from '../../../parser/index.ts';
import { joinRequestEdits } from './rule-edits.ts';

export class RewriterCache {
  readonly #before: RequestEdits;
  readonly #after: RequestEdits;
  readonly #without: RequestRewriter;
  readonly #rewriters = new WeakMap<RequestEdits, RequestRewriter>();
  #last: { readonly edits: RequestEdits; readonly rewriter: RequestRewriter } | undefined;

  /**
   * @param before made to every request, unless a rule says otherwise
   * @param after made to every request, whatever rules say
   * @throws BytecopyError `REWRITE_INVALID` (exit code 2) where an edit would break a request apart
   */
  constructor(before: RequestEdits, after: RequestEdits) {
    this.#before = before;
    this.#after = after;
    this.#without = new RequestRewriter(joinRequestEdits([before, after]));
  }

  /** @param edits of the rules; the object itself is the key */
  of(edits: RequestEdits | undefined): RequestRewriter {
    if (edits === undefined) return this.#without;
    const last = this.#last;
    if (last !== undefined && last.edits === edits) return last.rewriter;
    let rewriter = this.#rewriters.get(edits);
    if (rewriter === undefined) {
      rewriter = new RequestRewriter(joinRequestEdits([this.#before, edits, this.#after]));
      this.#rewriters.set(edits, rewriter);
    }
    this.#last = { edits, rewriter };
    return rewriter;
  }
}
