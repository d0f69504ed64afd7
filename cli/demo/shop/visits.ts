/** What customers ask for, in shares like those of a real shop. */
import { ITEM_COUNT } from './items.ts';
import { pick } from './seeded-random.ts';

export interface Visit {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON text of a POST. */
  readonly body: string | undefined;
}

const SEARCH_WORDS = ['lamp', 'oak', 'kettle', 'gift', 'wool blanket', 'sale', 'zeppelin'];

/** One visit: 40 % an item, 20 % the list, 15 % a search, 15 % into the cart, 5 % home, 5 % an item that is not there. */
export function planVisit(random: () => number): Visit {
  const share = random();
  const item = `item-${1 + Math.floor(random() * ITEM_COUNT)}`;
  if (share < 0.4) return get(`/items/${item}`);
  if (share < 0.6) return get('/items');
  if (share < 0.75) return get(`/search?q=${encodeURIComponent(pick(random, SEARCH_WORDS))}`);
  if (share < 0.9) return post('/cart', { id: item, quantity: 1 + Math.floor(random() * 3) });
  if (share < 0.95) return get('/');
  return get(`/items/gone-${item}`);
}

function get(path: string): Visit {
  return { method: 'GET', path, body: undefined };
}

function post(path: string, value: unknown): Visit {
  return { method: 'POST', path, body: JSON.stringify(value) };
}
