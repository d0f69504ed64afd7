/**
 * `retention:` in the config file.
 *
 *   retention:
 *     keep: 24h
 *     size: 10GiB
 *     groups:
 *       - { name: bulk, services: [tracking, 'static-*'], keep: 2h, size: 1GiB }
 */
import { z } from 'zod';
import { SEGMENT_GROUP } from '../../core/index.ts';
import { parseKeep, parseSize } from '../options/retention-values.ts';

const MAX_GROUPS = 16;

function asFlag<T>(parse: (text: string) => T) {
  return z.union([z.string(), z.number()]).transform((text, context) => {
    try {
      return parse(String(text));
    } catch (cause) {
      context.addIssue({ code: 'custom', message: (cause as Error).message });
      return z.NEVER;
    }
  });
}

const rule = {
  /** How long, or `forever`. */
  keep: asFlag(parseKeep).optional(),
  /** How much, or `unlimited`. */
  size: asFlag(parseSize).optional(),
};

const group = z.strictObject({
  name: z.string().regex(SEGMENT_GROUP, 'a name is up to 40 of a-z, 0-9 and -'),
  /** Names of services, with `*` and `?`. */
  services: z.array(z.string().min(1)).min(1),
  ...rule,
});

export const retentionSchema = z
  .strictObject({
    ...rule,
    groups: z
      .array(group)
      .max(MAX_GROUPS)
      .refine((groups) => new Set(groups.map(({ name }) => name)).size === groups.length, 'two groups of one name')
      .optional(),
  })
  .optional();
