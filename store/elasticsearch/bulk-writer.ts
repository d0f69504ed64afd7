/**
 * Bulk requests: so many under way at once, so large, and of what was refused for the moment only that again.
 *
 * A bulk answers item by item: 429 and 503 are put again with pauses until `retryMs` have passed, anything else refuses
 * the call. Items have ids of their own, so that a request whose answer was lost may be sent again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ByteCount, Millis } from '../../core/index.ts';
import type { ElasticsearchClient } from './elasticsearch-client.ts';
import { indexError, isTransientStatus } from './index-error.ts';

const MAX_REQUEST_BYTES: ByteCount = 4 * 1024 * 1024;
const MAX_REQUEST_ITEMS = 4000;
const FIRST_PAUSE_MS: Millis = 50;
const LONGEST_PAUSE_MS: Millis = 2000;

interface BulkAnswer {
  readonly errors: boolean;
  readonly items?: readonly Readonly<Record<string, ItemAnswer>>[];
}

interface ItemAnswer {
  readonly status: number;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

export class BulkWriter {
  readonly #client: ElasticsearchClient;
  readonly #atOnce: number;
  readonly #retryMs: Millis;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(client: ElasticsearchClient, limits: { readonly bulksInFlight: number; readonly retryMs: Millis }) {
    this.#client = client;
    this.#atOnce = limits.bulksInFlight;
    this.#retryMs = limits.retryMs;
  }

  /**
   * Resolves when the cluster has every item. Items are made as they are sent: memory is that of the requests under way.
   *
   * @throws BytecopyError `INDEX_UNREACHABLE`, `INDEX_REFUSED`; some items may be written then
   */
  async write(index: string, items: Iterable<string>): Promise<void> {
    const underWay = new Set<Promise<void>>();
    const failures: unknown[] = [];
    for (const request of requests(items)) {
      await this.#enter();
      if (failures.length > 0) {
        this.#leave();
        break;
      }
      const sent: Promise<void> = this.#send(index, request)
        .catch((error) => {
          failures.push(error);
        })
        .finally(() => {
          underWay.delete(sent);
          this.#leave();
        });
      underWay.add(sent);
    }
    await Promise.all(underWay);
    if (failures.length > 0) throw failures[0];
  }

  async #enter(): Promise<void> {
    if (this.#underWay < this.#atOnce) this.#underWay++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay--;
    else next();
  }

  async #send(index: string, request: readonly string[]): Promise<void> {
    const end = performance.now() + this.#retryMs;
    let items = request;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const answer = await this.#client.call<BulkAnswer>({
        method: 'POST',
        path: `/${index}/_bulk`,
        query: { filter_path: 'errors,items.*.status,items.*.error.type,items.*.error.reason' },
        lines: items.join(''),
      });
      if (answer === undefined) throw indexError('INDEX_REFUSED', `there is no index ${index}, and none may be made`);
      if (!answer.errors) return;
      const again = toSendAgain(index, items, answer);
      if (again.items.length === 0) return;
      const waitMs = pauseMs * (0.5 + Math.random());
      if (performance.now() + waitMs > end) {
        const text = `Elasticsearch did not take ${again.items.length} of ${request.length} documents: ${again.words}`;
        throw indexError(
          'INDEX_UNREACHABLE',
          text,
          undefined,
          'it is overloaded: what it misses is kept and put later',
        );
      }
      await pause(waitMs);
      items = again.items;
    }
  }
}

function* requests(items: Iterable<string>): Generator<readonly string[]> {
  let request: string[] = [];
  let chars = 0;
  for (const item of items) {
    if (request.length === MAX_REQUEST_ITEMS || (request.length > 0 && chars + item.length > MAX_REQUEST_BYTES)) {
      yield request;
      request = [];
      chars = 0;
    }
    request.push(item);
    chars += item.length;
  }
  if (request.length > 0) yield request;
}

/** @throws BytecopyError `INDEX_REFUSED` for an item that no second try would help */
function toSendAgain(
  index: string,
  items: readonly string[],
  { items: answers = [] }: BulkAnswer,
): { readonly items: readonly string[]; readonly words: string } {
  const again: string[] = [];
  let words = '';
  for (const [n, item] of items.entries()) {
    const told = Object.values(answers[n] ?? {})[0];
    // No word of an item is no acknowledgement.
    const status = told?.status ?? 503;
    // 404: the document that was to be deleted is not there.
    if (status < 300 || (status === 404 && told?.error === undefined)) continue;
    const { type = '', reason = '' } = told?.error ?? {};
    if (!isTransientStatus(status)) {
      const text = `index ${index} refused a document: ${status} ${type}: ${reason}`.slice(0, 400);
      throw indexError(
        'INDEX_REFUSED',
        text,
        undefined,
        'see "When the index refuses" in store/elasticsearch/README.md',
      );
    }
    again.push(item);
    words = `${status} ${type}`;
  }
  return { items: again, words };
}
