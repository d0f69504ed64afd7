/**
 * Answers that a replay keeps in its results, with placeholders where credentials are: a target that is replayed to logs
 * in real users, and its answers carry their cookies and tokens.
 */
import {
  type Exchange,
  type Message,
  NO_ATTRIBUTES,
  NO_ORIGIN,
  NO_TURNS,
  NOTHING_MASKED,
  type ReplayResult,
} from '../../core/index.ts';
import { SecretCutter } from '../../parser/index.ts';
import type { Config } from '../config/config.ts';
import { loadIdl } from '../idl/load-idl.ts';
import { idlFiles } from '../options/idl.ts';

/** Plain values: it travels to workers. */
export interface AnswerSecrets {
  readonly secrets: Config['secrets'];
  readonly idl: readonly string[];
}

export type CutAnswer = (result: ReplayResult) => ReplayResult;

/** @returns undefined where answers are kept verbatim, as the user says */
export function answerSecretsOf(config: Config, withSecrets: boolean): AnswerSecrets | undefined {
  if (withSecrets || config.secrets?.seal === false) return undefined;
  return { secrets: config.secrets, idl: idlFiles({}, config) };
}

/** @throws BytecopyError of IDL files (exit code 2) */
export async function answerCutter(options: AnswerSecrets | undefined): Promise<CutAnswer> {
  if (options === undefined) return (result) => result;
  const cutter = new SecretCutter({ ...options.secrets, idl: await loadIdl(options.idl) });
  return (result) => {
    if (result.response === undefined || result.response.length === 0) return result;
    const { response } = cutter.cut(exchangeOf(result, result.response));
    const [bytes] = response?.parts ?? [];
    return bytes === undefined ? result : { ...result, response: bytes };
  };
}

const NOWHERE = { address: '', port: 0 };

/** As much of an exchange as tells where its answer holds secrets. */
function exchangeOf({ exchange: id, operation, status }: ReplayResult, bytes: Uint8Array): Exchange {
  return {
    id,
    flow: {
      id: id.flow,
      client: NOWHERE,
      server: NOWHERE,
      network: '',
      vantage: 'unknown',
      orientation: 'guess',
      startedAt: 0,
    },
    origin: NO_ORIGIN,
    protocol: isHttp(bytes) ? 'http1' : 'thrift',
    source: '',
    service: '',
    operation,
    verb: '',
    path: '',
    status,
    outcome: 'paired',
    reason: '',
    trace: undefined,
    session: '',
    request: undefined,
    response: messageOf(bytes),
    interim: [],
    notes: [],
    sealed: [],
    masked: NOTHING_MASKED,
    attributes: NO_ATTRIBUTES,
    turns: NO_TURNS,
  };
}

function messageOf(bytes: Uint8Array): Message {
  const headEnd = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\r\n\r\n');
  return {
    parts: [bytes],
    byteCount: bytes.length,
    headByteCount: !isHttp(bytes) ? 0 : headEnd < 0 ? bytes.length : headEnd + 4,
    streamOffset: 0,
    firstByteAt: 0,
    lastByteAt: 0,
    complete: true,
    truncated: false,
    missing: [],
  };
}

function isHttp(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(5, bytes.byteLength)).toString('latin1') === 'HTTP/';
}
