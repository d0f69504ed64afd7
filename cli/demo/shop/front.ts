/**
 * The front: what customers talk to. It asks the catalogue for each answer, within the customer's trace.
 *
 *     customer ──▶ front ──▶ catalogue
 *        span a       span b, parent a
 *
 * Like the trace, the mark of replayed traffic goes on to the catalogue, so that a capture leaves out those calls too.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as ask } from 'undici';
import { REPLAY_MARKER_HEADER } from '../../../parser/index.ts';
import type { Item } from './items.ts';
import { answerJson, answerText, readJson } from './json-answer.ts';
import { seededRandom } from './seeded-random.ts';
import { childSpan, newTrace, parseTraceParent, traceHeaders } from './trace-parent.ts';

/** `new` is the next version of the same service: its items say whether they can be delivered. */
export type FrontBuild = 'current' | 'new';

export interface FrontOptions {
  readonly catalogueUrl: string;
  readonly build: FrontBuild;
  /** Decides the span ids. */
  readonly seed: number;
}

/** Most connections to the catalogue at a time. */
const CATALOGUE_CONNECTIONS = 32;

const CATALOGUE_TIMEOUT_MS = 10_000;

interface CatalogueAnswer {
  readonly status: number;
  /** JSON. */
  readonly text: string;
}

type Catalogue = (path: string) => Promise<CatalogueAnswer>;

export function createFront(options: FrontOptions): Server {
  const random = seededRandom(options.seed);
  const dispatcher = new Agent({
    connections: CATALOGUE_CONNECTIONS,
    headersTimeout: CATALOGUE_TIMEOUT_MS,
    bodyTimeout: CATALOGUE_TIMEOUT_MS,
  });
  const server = createServer(async (request, response) => {
    const trace = parseTraceParent(header(request, 'traceparent')) ?? newTrace(random);
    const mark = header(request, REPLAY_MARKER_HEADER);
    const passedOn = mark === undefined ? {} : { [REPLAY_MARKER_HEADER]: mark };
    const catalogue: Catalogue = async (path) => {
      const answer = await ask(new URL(path, options.catalogueUrl), {
        dispatcher,
        headers: { accept: 'application/json', ...traceHeaders(childSpan(trace, random)), ...passedOn },
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    };
    try {
      await serve(request, response, catalogue, options.build);
    } catch (error) {
      answerJson(response, 502, { error: 'the catalogue does not answer', cause: (error as Error).message });
    }
  });
  server.on('close', () => dispatcher.destroy().catch(() => {}));
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  catalogue: Catalogue,
  build: FrontBuild,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://front');
  const operation = `${request.method} ${url.pathname}`;
  if (operation === 'GET /') return answerHome(response, await catalogue('/items'));
  if (operation === 'GET /items') return pass(response, await catalogue('/items'));
  if (operation === 'GET /search') return pass(response, await catalogue(`/search${url.search}`));
  if (operation === 'POST /cart') return addToCart(request, response, catalogue);
  const id = /^GET \/items\/([\w-]+)$/.exec(operation)?.[1];
  if (id === undefined) return answerJson(response, 404, { error: 'no such page' });
  const answer = await catalogue(`/items/${id}`);
  if (build === 'current' || answer.status !== 200) return pass(response, answer);
  const item = JSON.parse(answer.text) as Item;
  answerJson(response, 200, { ...item, deliverable: item.stock > 0 });
}

function pass(response: ServerResponse, answer: CatalogueAnswer): void {
  answerText(response, answer.status, answer.text);
}

function answerHome(response: ServerResponse, answer: CatalogueAnswer): void {
  const rows = (JSON.parse(answer.text) as Item[])
    .slice(0, 12)
    .map((item) => `<li><a href="/items/${item.id}">${item.name}</a></li>`);
  const page = `<!doctype html>\n<title>Shop</title>\n<ul>\n${rows.join('\n')}\n</ul>\n`;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(page) });
  response.end(page);
}

async function addToCart(request: IncomingMessage, response: ServerResponse, catalogue: Catalogue): Promise<void> {
  const wish = (await readJson(request)) as { id?: unknown; quantity?: unknown } | undefined;
  if (typeof wish?.id !== 'string' || !/^[\w-]+$/.test(wish.id) || !Number.isInteger(wish.quantity)) {
    return answerJson(response, 400, { error: 'a cart entry needs an id and a quantity' });
  }
  const answer = await catalogue(`/items/${wish.id}`);
  if (answer.status !== 200) return pass(response, answer);
  const { priceCents } = JSON.parse(answer.text) as Item;
  const quantity = wish.quantity as number;
  answerJson(response, 201, { id: wish.id, quantity, totalCents: quantity * priceCents });
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
