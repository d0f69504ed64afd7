/**
 * Whose a request is, as far as units are concerned:
 *
 *     hops reached ─▶ left out      central ─▶ no user needed      user known ─▶ theirs      otherwise the policy
 */
import type { RecordedRequest } from '../request/recorded-request.ts';
import { compileRequestKey, MAX_KEY_CHARS, type RequestKey } from '../request-key/index.ts';
import { CentralRequests } from './central.ts';
import { HopCount } from './hop-count.ts';
import type { UnitOptions } from './options.ts';

/** Stands for all users where a request is for the central unit; longer than any key, so that no user is called so. */
export const CENTRAL_USER = 'central'.padEnd(MAX_KEY_CHARS + 1, '.');

/** Requests by what became of them; together they are all that were asked about. */
export interface RequestUserCounts {
  readonly users: number;
  readonly central: number;
  /** Without a user that could be told; those of them that were left out are counted here too. */
  readonly unresolved: number;
  readonly tooManyHops: number;
}

export type RequestUser =
  /** Empty where any unit will do. */
  | { readonly kind: 'user'; readonly user: string; readonly hops: number }
  | { readonly kind: 'left-out'; readonly reason: 'no-user' | 'too-many-hops' };

const TOO_MANY_HOPS: RequestUser = { kind: 'left-out', reason: 'too-many-hops' };
const NO_USER: RequestUser = { kind: 'left-out', reason: 'no-user' };

export class RequestUsers {
  readonly #keyOf: RequestKey;
  readonly #central: CentralRequests | undefined;
  readonly #unresolvedAs: UnitOptions['unresolved'];
  readonly #hopCount: HopCount;
  readonly #mostHops: number;
  #users = 0;
  #inCentral = 0;
  #unresolved = 0;
  #tooManyHops = 0;

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) for a user that is no key of requests */
  constructor({ user, central, unresolved, hops }: UnitOptions) {
    this.#keyOf = compileRequestKey(user, 'user');
    this.#central = central === undefined ? undefined : new CentralRequests(central);
    this.#unresolvedAs = unresolved;
    this.#hopCount = new HopCount(hops.header);
    this.#mostHops = hops.most;
  }

  get counts(): RequestUserCounts {
    return {
      users: this.#users,
      central: this.#inCentral,
      unresolved: this.#unresolved,
      tooManyHops: this.#tooManyHops,
    };
  }

  of(recorded: RecordedRequest): RequestUser {
    const hops = this.#hopCount.of(recorded) + 1;
    if (hops > this.#mostHops) {
      this.#tooManyHops++;
      return TOO_MANY_HOPS;
    }
    if (this.#central?.has(recorded) === true) {
      this.#inCentral++;
      return { kind: 'user', user: CENTRAL_USER, hops };
    }
    const user = this.#keyOf(recorded);
    if (user !== '') {
      this.#users++;
      return { kind: 'user', user, hops };
    }
    this.#unresolved++;
    switch (this.#unresolvedAs) {
      case 'any':
        return { kind: 'user', user: '', hops };
      case 'central':
        return { kind: 'user', user: CENTRAL_USER, hops };
      case 'leave-out':
        return NO_USER;
      default:
        return this.#unresolvedAs satisfies never;
    }
  }
}
