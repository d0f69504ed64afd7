/**
 * How often a request was sent on by emitters, as its hop header says: what stops a request that goes round in circles.
 *
 *     x-bytecopy-hops: 2          sent on with 3; left out where 3 is reached
 */

import { messageBytes } from '../../core/index.ts';
import { hasThriftHeader, viewThrift } from '../../parser/index.ts';
import type { RecordedRequest } from '../request/recorded-request.ts';
import { HeadField } from '../request-key/index.ts';

const COUNT = /^\d{1,6}$/;

export class HopCount {
  readonly #header: string;
  readonly #field: HeadField;

  constructor(header: string) {
    this.#header = header.toLowerCase();
    this.#field = new HeadField(header);
  }

  /** 0 without the header. What is no count is infinite: a loop that cannot be counted is stopped at once. */
  of(recorded: RecordedRequest): number {
    const value = this.#valueOf(recorded);
    if (value === undefined) return 0;
    return COUNT.test(value) ? Number(value) : Number.POSITIVE_INFINITY;
  }

  #valueOf(recorded: RecordedRequest): string | undefined {
    const { protocol, request, attributes } = recorded;
    switch (protocol) {
      case 'http1':
        return this.#field.firstOf(recorded);
      case 'thrift': {
        if (request === undefined || attributes.transport === 'framed' || attributes.transport === 'unframed')
          return undefined;
        if (!hasThriftHeader(messageBytes(request), this.#header)) return undefined;
        return viewThrift(request).headers.find(({ name }) => name.toLowerCase() === this.#header)?.value;
      }
      case 'tcp':
        return undefined;
      default:
        return protocol satisfies never;
    }
  }
}
