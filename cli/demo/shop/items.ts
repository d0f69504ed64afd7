/** What the shop sells: made from a seed, so that each run has the same shelves. */
import { pick, seededRandom } from './seeded-random.ts';

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly priceCents: number;
  readonly currency: 'EUR';
  readonly stock: number;
  readonly tags: readonly string[];
  readonly description: string;
  readonly reviews: readonly Review[];
}

export interface Review {
  readonly author: string;
  readonly stars: number;
  readonly text: string;
}

export const ITEM_COUNT = 60;

const MATERIALS = ['oak', 'wool', 'steel', 'linen', 'glass', 'cork', 'clay', 'copper'];
const THINGS = ['lamp', 'chair', 'kettle', 'blanket', 'shelf', 'notebook', 'clock', 'bowl', 'tray', 'vase'];
const TAGS = ['new', 'sale', 'handmade', 'outdoor', 'gift', 'kitchen', 'office', 'bedroom'];
const AUTHORS = ['Ada', 'Björn', 'Chloë', 'Dmitri', 'Eun-ji', 'Fatima'];
const PHRASES = [
  'Made to last, and looks the part on every table.',
  'Arrived within two days, well packed.',
  'A little smaller than I thought, but lovely.',
  'The finish is “matte”, not glossy; exactly as shown.',
  'We bought a second one for the office.',
  'Costs more than the others and is worth it.',
];

/** @returns {@link ITEM_COUNT} items with ids `item-1` onwards; a body of 400 to 1,200 bytes each as JSON */
export function makeItems(seed: number): readonly Item[] {
  const random = seededRandom(seed);
  const phrases = (count: number) => Array.from({ length: count }, () => pick(random, PHRASES)).join(' ');
  return Array.from({ length: ITEM_COUNT }, (_, index) => ({
    id: `item-${index + 1}`,
    name: `${pick(random, MATERIALS)} ${pick(random, THINGS)}`,
    priceCents: 500 + Math.floor(random() * 20_000),
    currency: 'EUR',
    stock: Math.floor(random() * 40),
    tags: TAGS.filter(() => random() < 0.3),
    description: phrases(2 + Math.floor(random() * 4)),
    reviews: Array.from({ length: Math.floor(random() * 5) }, () => ({
      author: pick(random, AUTHORS),
      stars: 1 + Math.floor(random() * 5),
      text: phrases(1),
    })),
  }));
}
