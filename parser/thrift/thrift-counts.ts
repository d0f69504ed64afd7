/** Messages by type, counted in plain numbers because they count with every message. */
import type { Ledger } from '../../core/index.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';

const NAMES: readonly (readonly [number, string])[] = [
  [MESSAGE_TYPE.call, 'thrift:call'],
  [MESSAGE_TYPE.reply, 'thrift:reply'],
  [MESSAGE_TYPE.exception, 'thrift:exception'],
  [MESSAGE_TYPE.oneway, 'thrift:oneway'],
];

export class ThriftCounts {
  /** By the numbers of `MESSAGE_TYPE`; 0 for messages whose type is not known. */
  readonly #byType = [0, 0, 0, 0, 0];

  add(type: number): void {
    this.#byType[type] = (this.#byType[type] as number) + 1;
  }

  /** Adds to the facts what was counted since the last time. */
  flush(ledger: Ledger): void {
    for (const [type, name] of NAMES) {
      const count = this.#byType[type] as number;
      if (count > 0) ledger.addFact(name, count);
    }
    this.#byType.fill(0);
  }
}
