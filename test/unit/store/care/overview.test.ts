import { expect, onTestFinished, test } from 'vitest';
import { renderStoreOverview } from '../../../../cli/render/store-overview.ts';
import { openStore } from '../../../../store/index.ts';
import { freePort } from '../../../support/servers/nginx.ts';
import { emptyFolder, numberedUpTo, SEGMENT } from '../../../support/store/index.ts';

test('an overview while the index does not answer failed altogether', async () => {
  const nodes = [`http://127.0.0.1:${await freePort()}`];
  const index = { kind: 'elasticsearch' as const, nodes, retryMs: 100, requestTimeoutMs: 1_000 };
  const { store, care } = await openStore({ path: await emptyFolder(), index, blockExchanges: 8 });
  onTestFinished(() => store.close());
  await store.append(numberedUpTo(80));
  await store.flush();
  const overview = await care.overview();
  expect(overview).toMatchObject({
    dataLayer: 'level',
    indexFailure: expect.stringMatching(/127\.0\.0\.1/),
    segments: [{ segment: SEGMENT, exchanges: 80, indexBytes: undefined, indexed: undefined }],
  });
  const shown = renderStoreOverview('here', overview, await store.statistics(), 'for ever');
  expect(shown).toContain('\nindex: not reachable (');
  expect(shown).toMatch(new RegExp(`${SEGMENT} +80 .* - +-$`, 'm'));
});
