/** The index layer on Elasticsearch before a cluster that answers badly, or not at all. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseQuery } from '../../core/index.ts';
import { ElasticsearchIndexLayer } from '../../store/elasticsearch/elasticsearch-index-layer.ts';
import type { ElasticsearchOptions } from '../../store/index.ts';
import { freePort } from '../support/servers/nginx.ts';
import { SEGMENT } from '../support/store/index.ts';
import { indexEntry } from '../support/store/index-entries.ts';

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** Answers what a bulk, or a search, is told; all else as a cluster would that has our indices. */
type Script = (request: { readonly path: string; readonly lines: readonly string[] }) => Answer | 'silence';

async function clusterThat(script: Script, options: Partial<ElasticsearchOptions> = {}) {
  const requests: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    requests.push(path);
    const told = /_bulk|_search/.test(path) ? script({ path, lines: text.split('\n').filter(Boolean) }) : OURS;
    if (told === 'silence') return;
    response.writeHead(told.status ?? 200, {
      'x-elastic-product': 'Elasticsearch',
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(told.body));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const layer = layerAt((server.address() as AddressInfo).port, options);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { layer, requests };
}

const OURS: Answer = { body: { index: { mappings: { _meta: { format: 'bytecopy-index-1' } } } } };

function layerAt(port: number, options: Partial<ElasticsearchOptions> = {}): ElasticsearchIndexLayer {
  const layer = new ElasticsearchIndexLayer({
    nodes: [`http://127.0.0.1:${port}`],
    requestTimeoutMs: 300,
    retryMs: 400,
    ...options,
  });
  onTestFinished(() => layer.close());
  return layer;
}

const ids = (lines: readonly string[]): string[] =>
  lines.filter((_, n) => n % 2 === 0).map((line) => JSON.parse(line).index._id.slice(-2));
const item = (status: number, type?: string): unknown => ({
  index: { status, ...(type === undefined ? {} : { error: { type, reason: 'as told' } }) },
});
const ENTRY = indexEntry(1, [{}, {}, {}]);

test('only the documents that were refused for the moment are put again', async () => {
  const sent: string[][] = [];
  const { layer } = await clusterThat(
    ({ lines }) => {
      sent.push(ids(lines));
      if (sent.length > 1) return { body: { errors: false } };
      const items = [
        item(201),
        item(429, 'es_rejected_execution_exception'),
        item(503, 'unavailable_shards_exception'),
      ];
      return { body: { errors: true, items } };
    },
    { retryMs: 10_000 },
  );
  await layer.put([ENTRY], 'buffered');
  expect(sent).toEqual([
    ['00', '01', '02'],
    ['01', '02'],
  ]);
});

test('a whole request that is refused for the moment is sent again', async () => {
  let calls = 0;
  const { layer } = await clusterThat(
    () => (++calls < 3 ? { status: calls === 1 ? 429 : 503, body: { error: 'busy' } } : { body: { errors: false } }),
    { retryMs: 10_000 },
  );
  await layer.put([ENTRY], 'buffered');
  expect(calls).toBe(3);
});

test('an overload that lasts is an error that says so', async () => {
  const { layer } = await clusterThat(({ lines }) => ({
    body: {
      errors: true,
      items: ids(lines).map((id) => (id === '01' ? item(429, 'es_rejected_execution_exception') : item(201))),
    },
  }));
  await expect(layer.put([ENTRY], 'buffered')).rejects.toMatchObject({
    code: 'INDEX_UNREACHABLE',
    message: expect.stringContaining('did not take 1 of 3 documents: 429 es_rejected_execution_exception'),
  });
});

test('a document that is refused for good is an error at once', async () => {
  let calls = 0;
  const { layer } = await clusterThat(() => {
    calls++;
    return { body: { errors: true, items: [item(201), item(400, 'mapper_parsing_exception'), item(201)] } };
  });
  await expect(layer.put([ENTRY], 'buffered')).rejects.toMatchObject({
    code: 'INDEX_REFUSED',
    message: expect.stringContaining('mapper_parsing_exception: as told'),
  });
  expect(calls).toBe(1);
});

test('an answer that leaves items out acknowledges none of them', async () => {
  const { layer } = await clusterThat(() => ({ body: { errors: true, items: [] } }));
  await expect(layer.put([ENTRY], 'buffered')).rejects.toMatchObject({ code: 'INDEX_UNREACHABLE' });
});

test('a cluster that never answers, or is not there, fails in time with its address', async () => {
  const { layer } = await clusterThat(() => 'silence');
  const search = { segment: SEGMENT, where: parseQuery('status:500') };
  await expect(layer.search(search)).rejects.toMatchObject({ code: 'INDEX_UNREACHABLE' });
  await expect(layer.put([ENTRY], 'buffered')).rejects.toMatchObject({ code: 'INDEX_UNREACHABLE' });
  const port = await freePort();
  const nobody = layerAt(port);
  await expect(nobody.put([ENTRY], 'buffered')).rejects.toMatchObject({
    code: 'INDEX_UNREACHABLE',
    message: expect.stringContaining(`http://127.0.0.1:${port}`),
  });
  await expect(nobody.segments()).rejects.toMatchObject({ code: 'INDEX_UNREACHABLE' });
});

test('wrong credentials are told as such, and not tried again', async () => {
  const { layer, requests } = await clusterThat(() => ({
    status: 401,
    body: { error: { type: 'security_exception', reason: 'missing authentication credentials' } },
  }));
  await expect(layer.count({ segment: SEGMENT, where: parseQuery('status:500') })).rejects.toMatchObject({
    code: 'INDEX_REFUSED',
    message: expect.stringContaining('401 security_exception: missing authentication credentials'),
  });
  expect(requests).toHaveLength(1);
});

test('a failed shard is no empty answer', async () => {
  const { layer } = await clusterThat(() => ({
    status: 503,
    body: { error: { type: 'search_phase_execution_exception', reason: 'all shards failed' } },
  }));
  await expect(layer.search({ segment: SEGMENT, where: parseQuery('status:500') })).rejects.toMatchObject({
    code: 'INDEX_UNREACHABLE',
  });
});

test('so many bulk requests are under way at once and no more', async () => {
  let underWay = 0;
  let most = 0;
  let wereTwo = false;
  const release: (() => void)[] = [];
  const server = createServer((request, response) => {
    const isBulk = request.url?.includes('_bulk') === true;
    request.resume().once('end', () => {
      const answer = (): void => {
        if (isBulk) underWay--;
        response.writeHead(200, { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' });
        response.end(JSON.stringify(isBulk ? { errors: false } : OURS.body));
      };
      if (!isBulk) return answer();
      most = Math.max(most, ++underWay);
      release.push(answer);
      // The first waits for a second; from then on each is answered a little later.
      wereTwo ||= underWay === 2;
      if (wereTwo)
        setImmediate(() => {
          for (const answer of release.splice(0)) answer();
        });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const layer = layerAt((server.address() as AddressInfo).port, { bulksInFlight: 2, requestTimeoutMs: 10_000 });
  const blocks = Array.from({ length: 500 }, (_, n) =>
    indexEntry(
      n,
      Array.from({ length: 64 }, () => ({})),
    ),
  );
  await Promise.all([layer.put(blocks.slice(0, 250), 'buffered'), layer.put(blocks.slice(250), 'buffered')]);
  expect(most).toBe(2);
});

test('a closed layer says so', async () => {
  const layer = layerAt(1);
  await layer.close();
  await expect(layer.segments()).rejects.toMatchObject({ code: 'INDEX_CLOSED' });
});
