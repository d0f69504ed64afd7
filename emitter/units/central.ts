/** Requests that go to one unit whoever their user is. */
import { matchesWildcard } from '../../core/index.ts';
import type { RecordedRequest } from '../request/recorded-request.ts';
import type { UnitOptions } from './options.ts';

export class CentralRequests {
  readonly #operations: Names;
  readonly #services: Names;

  constructor({ operations, services }: NonNullable<UnitOptions['central']>) {
    this.#operations = new Names(operations);
    this.#services = new Names(services);
  }

  has({ protocol, operation, service }: RecordedRequest): boolean {
    if (this.#services.has(service) || this.#operations.has(operation)) return true;
    // Of `Stock:get` the function's own name is enough.
    const colon = protocol === 'thrift' ? operation.lastIndexOf(':') : -1;
    return colon >= 0 && this.#operations.has(operation.slice(colon + 1));
  }
}

/** Plain names are looked up, whatever their number; patterns are tried one by one. */
class Names {
  readonly #plain: ReadonlySet<string>;
  readonly #patterns: readonly string[];

  constructor(names: readonly string[]) {
    this.#plain = new Set(names);
    this.#patterns = names.filter((name) => /[*?]/.test(name));
  }

  has(name: string): boolean {
    return this.#plain.has(name) || this.#patterns.some((pattern) => matchesWildcard(pattern, name));
  }
}
