/**
 * Where exchanges are kept, in the config file; what is left out is embedded in the folder.
 *
 *   store: ./recordings                                                        # the folder
 *   data: { kind: cassandra, contactPoints: ['127.0.0.1:9042'], keyspace: bytecopy }
 *   index: { kind: elasticsearch, nodes: ['http://127.0.0.1:9200'] }
 *   encrypt: true                                                              # blocks, with the key file's key
 *   stores:                                                                    # others, for --store NAME
 *     archive: { data: { kind: hbase, gateways: ['http://127.0.0.1:8080'] }, index: { kind: elasticsearch, nodes: [...] } }
 */
import { z } from 'zod';
import { dataChoice, indexChoice } from '../../store/index.ts';

const STORE_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/i;

const choices = {
  /** Where blocks are kept. */
  data: dataChoice.optional(),
  /** Where what is searched is kept. */
  index: indexChoice.optional(),
  /** Whether blocks are encrypted, with a key a segment that the key file's key opens. */
  encrypt: z.boolean().optional(),
};

export const storeKeys = {
  /** Folder of the store; where it is on clusters alone, of what writers keep by themselves. */
  store: z.string().min(1).optional(),
  ...choices,
  /** Stores by the name that `--store` takes. */
  stores: z
    .record(
      z.string().regex(STORE_NAME, 'a name is up to 40 of a-z, 0-9, - and _'),
      z.strictObject({ folder: z.string().min(1).optional(), ...choices }),
    )
    .optional(),
};
