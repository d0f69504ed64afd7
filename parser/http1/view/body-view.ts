/**
 * The body of a message as its sender meant it: transfer codings undone, then content codings. A view: computed from the
 * bytes when asked for, never stored.
 *
 *   Transfer-Encoding: gzip, chunked      undone from the last to the first
 *   Content-Encoding: deflate, br         then these, the last first
 *
 * It never throws: what is cut, broken, unknown or a decompression bomb gives what could be decoded, and says so.
 */
import type { ByteCount } from '../../../core/index.ts';
import { readChunked } from './chunked-view.ts';
import { decodeCoding, isKnownCoding } from './content-coding.ts';
import { readFields } from './head-view.ts';
import { type HeaderField, headerValues, listMembers } from './header-field.ts';
import { keptBody, type ViewableMessage } from './message-bytes.ts';

/** Decoded bytes at most, unless asked for otherwise: what a reader of a body is ready to hold. */
const DEFAULT_MAX_BYTES: ByteCount = 16 * 1024 * 1024;

/** Deflate reaches 1,032 to 1; what goes further is made to hurt. */
const MAX_RATIO = 1100;

/** Up to here no ratio is looked at: short bodies of one repeated octet are harmless. */
const FREE_OF_RATIO_BYTES: ByteCount = 1024 * 1024;

/** Codings undone at most besides `chunked`, as common clients do; each one multiplies. */
const MAX_CODINGS = 5;

/** Names of unknown codings are repeated up to this length. */
const MAX_NAME_CHARACTERS = 40;

/**
 * Why the bytes are not the whole body: bytes missing or cut off (`incomplete`), bytes that contradict their coding
 * (`broken`), more output than allowed (`bomb`), more codings than allowed, or one that is not known here: then the
 * bytes are still coded with it and with those before it.
 */
export type BodyProblem = 'incomplete' | 'broken' | 'bomb' | 'too-many-codings' | `unknown-coding:${string}`;

export interface BodyView {
  /** Owned by the message where no coding was undone: not to be written to. */
  readonly bytes: Uint8Array;
  /** What was undone, in the order of undoing: `chunked`, `gzip`, `x-gzip`, `deflate`, `br`, `zstd`. */
  readonly codings: readonly string[];
  /** `Content-Type` without parameters, in lower case; empty where absent. */
  readonly mediaType: string;
  /** As `Content-Type` declares it, in lower case; empty where it does not. */
  readonly charset: string;
  /** The bytes are the whole body. */
  readonly complete: boolean;
  readonly problem: BodyProblem | undefined;
}

export interface BodyViewOptions {
  /** Decoded bytes at most; 16 MiB where absent. A body without codings is given as it is. */
  readonly maxBytes?: ByteCount;
}

export interface BodyCodings {
  /** In the order of undoing. */
  readonly transfer: readonly string[];
  readonly content: readonly string[];
}

/** @param fields the message's own, where they are known already: `parseHead(message).fields` */
export function viewBody(
  message: ViewableMessage,
  options: BodyViewOptions = {},
  fields: readonly HeaderField[] = readFields(message),
): BodyView {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  const body = keptBody(message);
  const { transfer, content } = bodyCodings(fields);
  const { mediaType, charset } = contentType(fields);
  const undone: string[] = [];
  let bytes = body.bytes;
  let problem: BodyProblem | undefined = body.whole ? undefined : 'incomplete';
  // An answer to HEAD, a 304: there are codings and no body.
  if (bytes.length === 0) {
    return { bytes, codings: undone, mediaType, charset, complete: body.whole, problem };
  }
  /** Only what comes before the first hole can be decoded. */
  let contiguous = body.holes[0]?.at ?? bytes.length;
  for (const coding of [...transfer, ...content]) {
    if (coding === 'chunked' && undone.length === 0) {
      const chunked = readChunked(body);
      bytes = chunked.data;
      contiguous = chunked.contiguousByteCount;
      undone.push(coding);
      if (chunked.state !== 'complete') problem ??= chunked.state;
    } else if (!isKnownCoding(coding)) {
      problem = `unknown-coding:${coding.slice(0, MAX_NAME_CHARACTERS)}`;
      break;
    } else if (undone.length - (transfer[0] === 'chunked' ? 1 : 0) >= MAX_CODINGS) {
      problem = 'too-many-codings';
      break;
    } else {
      const coded = bytes.subarray(0, contiguous);
      undone.push(coding);
      if (coded.length === 0) {
        bytes = coded;
        continue;
      }
      const decoded = decodeCoding(coding, coded, outputLimit(coded.length, maxBytes));
      bytes = decoded.bytes;
      contiguous = bytes.length;
      if (decoded.state !== 'complete') problem = worse(problem, decoded.state);
    }
  }
  return { bytes, codings: undone, mediaType, charset, complete: problem === undefined, problem };
}

/** The codings of the body as the head declares them; `identity` is none, and `chunked` counts once. */
export function bodyCodings(fields: readonly HeaderField[]): BodyCodings {
  const declared = listMembers(fields, 'transfer-encoding').map(withoutParameters);
  const transfer = declared.filter((coding) => coding !== 'chunked' && coding !== 'identity').reverse();
  if (declared.includes('chunked')) transfer.unshift('chunked');
  const content = listMembers(fields, 'content-encoding').filter((coding) => coding !== 'identity');
  return { transfer, content: content.reverse() };
}

/** Those of them that can be undone: up to the first one that is not known, and no more than {@link MAX_CODINGS}. */
export function undoable(codings: readonly string[]): readonly string[] {
  const unknown = codings.findIndex((coding) => !isKnownCoding(coding));
  return codings.slice(0, Math.min(unknown < 0 ? codings.length : unknown, MAX_CODINGS));
}

function withoutParameters(member: string): string {
  return member.split(';', 1)[0]?.trim() ?? '';
}

function outputLimit(codedByteCount: ByteCount, maxBytes: ByteCount): ByteCount {
  return Math.max(1, Math.min(maxBytes, Math.max(FREE_OF_RATIO_BYTES, codedByteCount * MAX_RATIO)));
}

/** Missing bytes explain a stream that ends early, but neither a break before them nor a bomb. */
function worse(problem: BodyProblem | undefined, state: 'incomplete' | 'broken' | 'bomb'): BodyProblem {
  return problem === undefined || problem === 'incomplete' ? state : problem;
}

function contentType(fields: readonly HeaderField[]): Pick<BodyView, 'mediaType' | 'charset'> {
  const value = headerValues(fields, 'content-type').at(-1) ?? '';
  const mediaType = value.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const charset = /;\s*charset\s*=\s*"?([^\s";,]+)/i.exec(value)?.[1]?.toLowerCase() ?? '';
  return { mediaType, charset };
}
