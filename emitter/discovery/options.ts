/** Where targets are found: schema, defaults, units. Unknown keys are refused. */
import { z } from 'zod';

const MAX_MS = 86_400_000;
const MAX_TEXT_CHARS = 4_096;

/** A name of RFC 1035, section 2.3.1, with the underscores of RFC 2782. */
const name = z
  .string()
  .max(253)
  .regex(
    /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.?$/i,
    'not a name of the DNS',
  );
const port = z.number().int().min(1).max(65_535);
const common = {
  /** How its instances are spoken to. */
  scheme: z.enum(['http', 'https', 'tcp', 'tls', 'thrift']).default('http'),
};
const looked = {
  ...common,
  name,
  /** From one look to the next. */
  refreshMs: z.number().min(10).max(MAX_MS).default(5_000),
  /** Name servers to ask, `127.0.0.1:8600`; the system's where absent. */
  servers: z
    .array(
      z
        .string()
        .regex(/^(?:[0-9.]+|\[[0-9a-f:]+\])(?::\d{1,5})?$|^[0-9a-f:]+$/i, 'not an address, such as 127.0.0.1:8600'),
    )
    .min(1, 'names nothing')
    .max(16)
    .optional(),
};

export const discoverySchema = z.discriminatedUnion('kind', [
  /** All addresses (A and AAAA) of a name. */
  z.strictObject({ kind: z.literal('dns'), ...looked, port }),
  /** SRV records (RFC 2782) with their ports and weights, those of the best priority. */
  z.strictObject({ kind: z.literal('srv'), ...looked }),
  /** A file, watched: `host:port weight=N` a line, or YAML. */
  z.strictObject({
    kind: z.literal('file'),
    ...common,
    path: z.string().min(1).max(MAX_TEXT_CHARS),
    /** Which list of a YAML file that holds several. */
    service: z.string().min(1).max(MAX_TEXT_CHARS).optional(),
  }),
]);

export type DiscoveryInput = z.input<typeof discoverySchema>;
export type DiscoveryOptions = z.output<typeof discoverySchema>;
