/** Exchanges with their secrets in place again, or the reason and what can be done about it. */
import { BytecopyError, type Exchange, formatExchangeId, type KeyRing, type UnsealProblem } from '../../core/index.ts';
import { unsealExchange } from '../../parser/index.ts';

/** What the user has to open secrets with. */
export interface Opener {
  /** Undefined where there is no key file. */
  readonly ring: KeyRing | undefined;
  /** Where keys were looked for. */
  readonly path: string;
  /** How the command goes on without them: `--without-secrets sends placeholders`. */
  readonly otherwise: string;
}

/** @throws BytecopyError `SECRETS_SEALED` (exit code 2), `SECRETS_DAMAGED` */
export function unsealed(exchange: Exchange, { ring, path, otherwise }: Opener): Exchange {
  const [first] = exchange.sealed;
  if (first === undefined) return exchange;
  const opened =
    ring === undefined
      ? ({ kind: 'sealed', keyId: first.keyId, problem: 'unknown-key' } as const)
      : unsealExchange(exchange, ring);
  if (opened.kind === 'verbatim') return opened.exchange;
  throw sealedError(formatExchangeId(exchange.id), opened, path, otherwise);
}

function sealedError(
  id: string,
  { keyId, problem }: { readonly keyId: string; readonly problem: UnsealProblem },
  path: string,
  otherwise: string,
): BytecopyError {
  switch (problem) {
    case 'unknown-key':
      return new BytecopyError(
        'SECRETS_SEALED',
        `exchange ${id} has secrets sealed with key ${keyId}, which is not in ${path}`,
        { hint: `--key-file names the file that has it, BYTECOPY_KEY_FILE too; ${otherwise}`, exitCode: 2 },
      );
    case 'tampered':
    case 'unknown-form':
      return new BytecopyError('SECRETS_DAMAGED', `exchange ${id}: a secret sealed with key ${keyId} does not open`, {
        hint: `its bytes were changed, or a later version sealed it; ${otherwise}`,
      });
    default:
      return problem satisfies never;
  }
}
