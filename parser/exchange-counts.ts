/** Exchanges that came out, by outcome. Counted in plain numbers, because they count with every exchange, and carried to the ledger now and then. */
import type { Ledger } from '../core/index.ts';
import { ThriftCounts } from './thrift/thrift-counts.ts';

export class ExchangeCounts {
  paired = 0;
  /** Of those paired, with a side that is not whole. */
  broken = 0;
  oneway = 0;
  requestOnly = 0;
  /** Of those requests, calls that seem to expect no reply: nothing is amiss with them. */
  maybeOneway = 0;
  responseOnly = 0;
  sessions = 0;
  interim = 0;
  readonly thrift = new ThriftCounts();

  /** Adds to the facts what was counted since the last time; less than nothing where an exchange was merged into another. */
  flush(ledger: Ledger): void {
    add(ledger, 'exchanges', this.paired + this.oneway + this.requestOnly + this.responseOnly + this.sessions);
    add(ledger, 'exchanges:paired', this.paired);
    add(ledger, 'exchanges:broken', this.broken);
    add(ledger, 'exchanges:oneway', this.oneway);
    add(ledger, 'exchanges:request-only', this.requestOnly);
    add(ledger, 'exchanges:maybe-oneway', this.maybeOneway);
    add(ledger, 'exchanges:response-only', this.responseOnly);
    add(ledger, 'exchanges:session', this.sessions);
    add(ledger, 'interim-responses', this.interim);
    this.thrift.flush(ledger);
    this.paired = 0;
    this.broken = 0;
    this.oneway = 0;
    this.requestOnly = 0;
    this.maybeOneway = 0;
    this.responseOnly = 0;
    this.sessions = 0;
    this.interim = 0;
  }
}

function add(ledger: Ledger, name: string, count: number): void {
  if (count !== 0) ledger.addFact(name, count);
}
