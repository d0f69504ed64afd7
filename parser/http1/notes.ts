/**
 * Leniencies and oddities: as bits while parsing, as names in `Exchange.notes`.
 *
 * {@link NOTE} is what one head shows by itself; {@link MARK} what its body, or its place in the flow, adds.
 */
export const NOTE = {
  bareLf: 1 << 0,
  obsFold: 1 << 1,
  spaceBeforeColon: 1 << 2,
  malformedField: 1 << 3,
  repeatedContentLength: 1 << 4,
  conflictingContentLength: 1 << 5,
  invalidContentLength: 1 << 6,
  contentLengthAndTransferEncoding: 1 << 7,
  unknownTransferEncoding: 1 << 8,
  leadingEmptyLines: 1 << 9,
  unknownVerb: 1 << 10,
  lowerCaseVerb: 1 << 11,
  absoluteForm: 1 << 12,
  oddTarget: 1 << 13,
  missingReasonPhrase: 1 << 14,
  http09: 1 << 15,
  oddVersion: 1 << 16,
  oddStatus: 1 << 17,
  missingHost: 1 << 18,
  /** A CR that ends no line: some servers end a line there. Looked for where a body or a pipelined request makes it matter. */
  bareCr: 1 << 19,
  /** NUL and other control octets but tab. Looked for as bare CRs are. */
  controlOctet: 1 << 20,
  repeatedTransferEncoding: 1 << 21,
  /** Content-Length or Transfer-Encoding goes on in a folded line. */
  foldedFramingField: 1 << 22,
  repeatedHost: 1 << 23,
  /** The target in absolute form names another host than Host does. */
  hostMismatch: 1 << 24,
  http10TransferEncoding: 1 << 25,
  /** A body with GET, HEAD, TRACE or CONNECT. */
  unexpectedBody: 1 << 26,
} as const;

export const MARK = {
  chunkBareLf: 1 << 0,
  /** White space behind a chunk size, something else than an extension there, an empty one, or a CR within. */
  oddChunkLine: 1 << 1,
  /** A chunk size that is none (`0x10`, `+5`), absurd, or data that does not end where it says. */
  badChunk: 1 << 2,
  bodyNotSent: 1 << 3,
  earlyResponse: 1 << 4,
  /** Paired by counting from the end of the flow, behind a loss. */
  pairedFromTheEnd: 1 << 5,
  /** The first message after a loss; the attribute `givenUpBytes` says how much was passed over. */
  resynchronised: 1 << 6,
} as const;

const NOTE_NAMES: readonly (readonly [number, string])[] = [
  [NOTE.bareLf, 'bare-lf'],
  [NOTE.bareCr, 'bare-cr'],
  [NOTE.controlOctet, 'control-octet'],
  [NOTE.obsFold, 'obs-fold'],
  [NOTE.foldedFramingField, 'folded-framing-field'],
  [NOTE.spaceBeforeColon, 'space-before-colon'],
  [NOTE.malformedField, 'malformed-field'],
  [NOTE.repeatedContentLength, 'repeated-content-length'],
  [NOTE.conflictingContentLength, 'conflicting-content-length'],
  [NOTE.invalidContentLength, 'invalid-content-length'],
  [NOTE.contentLengthAndTransferEncoding, 'content-length-and-transfer-encoding'],
  [NOTE.unknownTransferEncoding, 'unknown-transfer-encoding'],
  [NOTE.repeatedTransferEncoding, 'repeated-transfer-encoding'],
  [NOTE.http10TransferEncoding, 'http-1.0-transfer-encoding'],
  [NOTE.leadingEmptyLines, 'leading-empty-lines'],
  [NOTE.unknownVerb, 'unknown-verb'],
  [NOTE.lowerCaseVerb, 'lower-case-verb'],
  [NOTE.absoluteForm, 'absolute-form'],
  [NOTE.oddTarget, 'odd-target'],
  [NOTE.missingReasonPhrase, 'missing-reason-phrase'],
  [NOTE.http09, 'http-0.9'],
  [NOTE.oddVersion, 'odd-version'],
  [NOTE.oddStatus, 'odd-status'],
  [NOTE.missingHost, 'missing-host'],
  [NOTE.repeatedHost, 'repeated-host'],
  [NOTE.hostMismatch, 'host-mismatch'],
  [NOTE.unexpectedBody, 'unexpected-body'],
];

const MARK_NAMES: readonly (readonly [number, string])[] = [
  [MARK.chunkBareLf, 'chunk-bare-lf'],
  [MARK.oddChunkLine, 'odd-chunk-line'],
  [MARK.badChunk, 'bad-chunk'],
  [MARK.bodyNotSent, 'body-not-sent'],
  [MARK.earlyResponse, 'early-response'],
  [MARK.pairedFromTheEnd, 'paired-from-the-end'],
  [MARK.resynchronised, 'resynchronised'],
];

/** Two servers may disagree about where such a message ends, or whom it is for. */
const SMUGGLING_NOTES =
  NOTE.bareCr |
  NOTE.controlOctet |
  NOTE.foldedFramingField |
  NOTE.spaceBeforeColon |
  NOTE.conflictingContentLength |
  NOTE.invalidContentLength |
  NOTE.contentLengthAndTransferEncoding |
  NOTE.unknownTransferEncoding |
  NOTE.repeatedTransferEncoding |
  NOTE.http10TransferEncoding |
  NOTE.repeatedHost |
  NOTE.hostMismatch;
const SMUGGLING_MARKS = MARK.chunkBareLf | MARK.oddChunkLine | MARK.badChunk;

/** Stands behind the other names where any of them is a sign of request smuggling. */
export const SMUGGLING = 'smuggling';

const NONE: readonly string[] = [];

/** The names of the set bits, `smuggling` last where it applies; the shared empty array for none. */
export function noteNames(notes: number, marks: number): readonly string[] {
  if ((notes | marks) === 0) return NONE;
  const names = [...namesOf(notes, NOTE_NAMES), ...namesOf(marks, MARK_NAMES)];
  if (((notes & SMUGGLING_NOTES) | (marks & SMUGGLING_MARKS)) !== 0) names.push(SMUGGLING);
  return names;
}

function namesOf(bits: number, names: readonly (readonly [number, string])[]): string[] {
  return names.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
