/** `bytecopy.yaml`: what a user writes once instead of repeating flags. Flags win over environment over file. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';

const port = z.number().int().min(1).max(65535);

const schema = z.strictObject({
  /** Folder of the embedded store. */
  store: z.string().min(1).optional(),
  capture: z
    .strictObject({
      interface: z.string().min(1).optional(),
      ports: z.array(port).optional(),
    })
    .optional(),
  services: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        address: z.string().optional(),
        port: port.optional(),
        host: z.string().optional(),
      }),
    )
    .default([]),
  /** Request headers that carry a trace id, in the order in which they are asked. */
  traceHeaders: z.array(z.string().min(1)).optional(),
  origin: z
    .strictObject({
      tenant: z.string().default(''),
      environment: z.string().default(''),
      region: z.string().default(''),
      instance: z.string().default(''),
      labels: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
});

export type Config = z.infer<typeof schema>;

const DEFAULT_FILE = 'bytecopy.yaml';
const DEFAULT_STORE = 'bytecopy-store';

/**
 * Reads the config file; without `--config` the one in the current folder, where there is one.
 *
 * @throws BytecopyError `CONFIG_INVALID` (exit code 2) naming path, value and what is allowed
 */
export function readConfig(path: string | undefined, environment: NodeJS.ProcessEnv): Config {
  const file = path ?? environment.BYTECOPY_CONFIG ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (file === undefined) return schema.parse({});
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BytecopyError('CONFIG_INVALID', `config file ${file}: ${(error as Error).message}`, {
      exitCode: 2,
      cause: error,
    });
  }
  const result = schema.safeParse(document ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue?.path.join('.') || 'document';
  throw new BytecopyError('CONFIG_INVALID', `config file ${file}: ${at}: ${issue?.message}`, {
    hint: `keys at the top are ${Object.keys(schema.shape).join(', ')}`,
    exitCode: 2,
  });
}

export function storePath(flag: string | undefined, config: Config, environment: NodeJS.ProcessEnv): string {
  return flag ?? environment.BYTECOPY_STORE ?? config.store ?? DEFAULT_STORE;
}
