/** Which systems keep a store's two layers, with their options; what is left out is the embedded one. */
import { z } from 'zod';
import { cassandraOptions } from '../cassandra/options.ts';
import { elasticsearchOptions } from '../elasticsearch/options.ts';
import { hbaseOptions } from '../hbase/options.ts';

const embedded = z.strictObject({ kind: z.literal('level') });

// The area is not chosen: it follows from whether the store or a pinned recording is opened.
export const dataChoice = z.discriminatedUnion('kind', [
  embedded,
  cassandraOptions.omit({ area: true }).extend({ kind: z.literal('cassandra') }),
  hbaseOptions.omit({ area: true }).extend({ kind: z.literal('hbase') }),
]);
export const indexChoice = z.discriminatedUnion('kind', [
  embedded,
  elasticsearchOptions.omit({ area: true }).extend({ kind: z.literal('elasticsearch') }),
]);

export type DataChoice = z.output<typeof dataChoice>;
export type IndexChoice = z.output<typeof indexChoice>;

export const EMBEDDED_LAYER = { kind: 'level' } as const;

export function isEmbedded(choice: DataChoice | IndexChoice): boolean {
  return choice.kind === 'level';
}
