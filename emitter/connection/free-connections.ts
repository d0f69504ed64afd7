/**
 * The open connections that have room, by what they speak. The last one used is taken first, so that those that are not
 * needed age and are closed.
 */
import type { PreparedRequest } from '../../core/index.ts';
import type { Connection } from './connection.ts';

/** What connections speak that have carried nothing yet: anything. */
const FRESH = '';
/** Beyond, those without a connection are forgotten. */
const MAX_GROUPS = 256;

class Group {
  readonly wire: string;
  readonly stack: Connection[] = [];

  constructor(wire: string) {
    this.wire = wire;
  }
}

export class FreeConnections {
  readonly #fresh = new Group(FRESH);
  /** One for each wire that was spoken lately: few, or one a client where clients are told apart. */
  readonly #groups = new Map([[FRESH, this.#fresh]]);
  /** The one used last: mostly there is no other. */
  #current = this.#fresh;

  put(connection: Connection): void {
    connection.listed = true;
    this.#groupOf(connection.wire).stack.push(connection);
  }

  /** @returns one that takes the request, not listed any more */
  take(request: PreparedRequest): Connection | undefined {
    const spoken = request.expects === 'turns' ? undefined : this.#groupOf(request.wire).stack.pop();
    const connection = spoken ?? this.#fresh.stack.pop();
    if (connection !== undefined) connection.listed = false;
    return connection;
  }

  remove(connection: Connection): void {
    connection.listed = false;
    const { stack } = this.#groupOf(connection.wire);
    const place = stack.lastIndexOf(connection);
    if (place >= 0) stack.splice(place, 1);
  }

  /** The one that has been idle for the longest, of those that speak something else. */
  longestIdle(otherThan: string): Connection | undefined {
    let found: Connection | undefined;
    for (const { wire, stack } of this.#groups.values()) {
      if (wire === otherThan || wire === FRESH) continue;
      for (const connection of stack) {
        if (connection.idle && (found === undefined || connection.since < found.since)) found = connection;
      }
    }
    return found;
  }

  #groupOf(wire: string): Group {
    if (this.#current.wire === wire) return this.#current;
    let group = this.#groups.get(wire);
    if (group === undefined) {
      if (this.#groups.size >= MAX_GROUPS) this.#forgetEmpty();
      group = new Group(wire);
      this.#groups.set(wire, group);
    }
    this.#current = group;
    return group;
  }

  #forgetEmpty(): void {
    for (const [wire, { stack }] of this.#groups) if (stack.length === 0 && wire !== FRESH) this.#groups.delete(wire);
  }
}
