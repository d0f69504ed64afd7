import { emptyFolder, opened } from '../support/store/index.ts';
import { exchangeStoreConformance } from './exchange-store.ts';

exchangeStoreConformance('level, its owner', async () => {
  const { store } = await opened(await emptyFolder());
  return { writer: store, reader: store };
});

exchangeStoreConformance('level, blocks of three', async () => {
  const { store } = await opened(await emptyFolder(), { blockExchanges: 3 });
  return { writer: store, reader: store };
});

exchangeStoreConformance('level, through the socket of its owner', async () => {
  const path = await emptyFolder();
  const { store } = await opened(path);
  const client = await opened(path);
  return { writer: store, reader: client.store };
});
