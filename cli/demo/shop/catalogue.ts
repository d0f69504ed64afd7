/** The catalogue: knows the items, answers JSON after a few milliseconds of thought. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Item, makeItems } from './items.ts';
import { answerJson } from './json-answer.ts';
import { seededRandom } from './seeded-random.ts';

export interface CatalogueOptions {
  /** Decides the items and how long each answer takes. */
  readonly seed: number;
}

/** Shortest and longest thought, in milliseconds. */
const THOUGHT_MS = { least: 1, most: 6 } as const;

const SEARCH_LIMIT = 20;

/** The list goes out in pieces of so many items, as from a server that reads it from a database. */
const LIST_PIECE_ITEMS = 20;

export function createCatalogue({ seed }: CatalogueOptions): Server {
  const items = makeItems(seed);
  const random = seededRandom(seed + 1);
  return createServer(async (request, response) => {
    await sleep(THOUGHT_MS.least + random() * (THOUGHT_MS.most - THOUGHT_MS.least));
    answer(items, request, response);
  });
}

function answer(items: readonly Item[], request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://catalogue');
  if (request.method !== 'GET') return answerJson(response, 405, { error: 'read only' });
  if (url.pathname === '/items') return answerAll(items, response);
  if (url.pathname === '/search') return answerJson(response, 200, search(items, url.searchParams.get('q') ?? ''));
  const id = /^\/items\/([^/]+)$/.exec(url.pathname)?.[1];
  const item = items.find((one) => one.id === id);
  if (item === undefined) return answerJson(response, 404, { error: 'no such item', id: id ?? null });
  answerJson(response, 200, item);
}

/** No length is stated: the list travels in chunks. */
function answerAll(items: readonly Item[], response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  for (let from = 0; from < items.length; from += LIST_PIECE_ITEMS) {
    const rows = items.slice(from, from + LIST_PIECE_ITEMS).map(({ id, name, priceCents, currency, stock }) => {
      return JSON.stringify({ id, name, priceCents, currency, stock });
    });
    response.write(`${from === 0 ? '[' : ',\n'}${rows.join(',\n')}`);
  }
  response.end(']\n');
}

function search(items: readonly Item[], words: string): { query: string; hits: Pick<Item, 'id' | 'name'>[] } {
  const wanted = words.toLowerCase();
  const hits = items.filter((item) => item.name.includes(wanted) || item.tags.includes(wanted));
  return { query: words, hits: hits.slice(0, SEARCH_LIMIT).map(({ id, name }) => ({ id, name })) };
}
