/**
 * Which systems keep a store's two layers: `kind` names the adapter, the rest are its own options, which it checks.
 * What is left out is the embedded one.
 */
import { z } from 'zod';

const EMBEDDED = 'level';

export const dataChoice = z
  .looseObject({ kind: z.enum([EMBEDDED, 'cassandra', 'hbase']) })
  .superRefine(withoutArea)
  .superRefine(plainWhereEmbedded);
export const indexChoice = z
  .looseObject({ kind: z.enum([EMBEDDED, 'elasticsearch']) })
  .superRefine(withoutArea)
  .superRefine(plainWhereEmbedded);

export type DataChoice = z.infer<typeof dataChoice>;
export type IndexChoice = z.infer<typeof indexChoice>;

export const EMBEDDED_LAYER = { kind: EMBEDDED } as const;

export function isEmbedded(choice: DataChoice | IndexChoice): boolean {
  return choice.kind === EMBEDDED;
}

type Issues = z.core.$RefinementCtx<{ kind: string; [option: string]: unknown }>;

function withoutArea(choice: { readonly kind: string }, issues: Issues): void {
  if ('area' in choice) issues.addIssue({ code: 'custom', message: 'area is given by what is stored', path: ['area'] });
}

function plainWhereEmbedded(choice: { readonly kind: string }, issues: Issues): void {
  const [option] = Object.keys(choice).filter((key) => key !== 'kind' && key !== 'area');
  if (choice.kind !== EMBEDDED || option === undefined) return;
  issues.addIssue({
    code: 'custom',
    message: `level has no option ${option}: its folder is that of the store`,
    path: [option],
  });
}
