/** What goes wrong between us and a cluster, by what the user can do about it. */
import { BytecopyError } from '../../core/index.ts';

export type ClusterErrorCode = 'CLUSTER_UNREACHABLE' | 'CLUSTER_REFUSED' | 'CLUSTER_SCHEMA';

const HINTS: Readonly<Record<ClusterErrorCode, string>> = {
  CLUSTER_UNREACHABLE: 'start it or wait for it; check the addresses and the network',
  CLUSTER_REFUSED: 'check the credentials, the certificate and the rights of the user in the configuration',
  CLUSTER_SCHEMA: 'let `bytecopy store init` make the tables, with a user who may',
};

/** @param hint what to do, where it is not what the code says in general */
export function clusterError(
  code: ClusterErrorCode,
  message: string,
  cause?: unknown,
  hint: string = HINTS[code],
): BytecopyError {
  return new BytecopyError(code, message, { hint, cause });
}
