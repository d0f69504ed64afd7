/** Nothing disappears: the accounts of all stages of one run, and facts beside them that are no equation. */
import { Account, type AccountReport } from './account.ts';

export interface LedgerReport {
  readonly accounts: Readonly<Record<string, AccountReport>>;
  /** Facts such as `kernel-dropped` packets or flows by protocol; not part of an equation. */
  readonly facts: Readonly<Record<string, number>>;
  /** Every account adds up. */
  readonly balanced: boolean;
}

export class Ledger {
  readonly #accounts = new Map<string, Account>();
  readonly #facts = new Map<string, number>();

  /** The account of that name, opened at its first use; `outName` is what going out is called there. */
  account(name: string, outName: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = new Account(name, outName);
      this.#accounts.set(name, account);
    }
    return account;
  }

  addFact(name: string, count = 1): void {
    this.#facts.set(name, (this.#facts.get(name) ?? 0) + count);
  }

  setFact(name: string, value: number): void {
    this.#facts.set(name, value);
  }

  fact(name: string): number {
    return this.#facts.get(name) ?? 0;
  }

  report(): LedgerReport {
    const accounts = Object.fromEntries([...this.#accounts].map(([name, account]) => [name, account.report()]));
    return {
      accounts,
      facts: Object.fromEntries([...this.#facts].sort(([one], [other]) => (one < other ? -1 : 1))),
      balanced: Object.values(accounts).every((account) => account.balanced),
    };
  }
}
