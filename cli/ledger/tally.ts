/** Counts by name: reasons, protocols. */
export class Tally {
  total = 0;
  #counts: Map<string, number> | undefined;

  add(name: string, count = 1): void {
    this.total += count;
    this.#counts ??= new Map();
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  addAll(other: Tally): void {
    for (const [name, count] of other.#counts ?? []) this.add(name, count);
  }

  report(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts ?? []);
  }
}
