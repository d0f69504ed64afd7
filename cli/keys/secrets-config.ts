/** The key `secrets` of the config file. */
import { z } from 'zod';

const names = z.array(z.string().min(1).max(200)).max(1_000).optional();

export const secretsSchema = z
  .strictObject({
    /** As `--key-file`. */
    keyFile: z.string().min(1).optional(),
    /** false keeps secrets as captured: for test environments. */
    seal: z.boolean().optional(),
    /** Names of header fields, parameters and body fields that are secret too; case does not matter. */
    names,
    /** Names that are no secret although they sound like one. */
    notSecret: names,
  })
  .optional();
