/** Leniencies and oddities of one message, as bits while parsing and as names in `Exchange.notes`. */
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
  chunkBareLf: 1 << 18,
  bodyNotSent: 1 << 19,
  earlyResponse: 1 << 20,
  missingHost: 1 << 21,
  pairedFromTheEnd: 1 << 22,
  resynchronised: 1 << 23,
} as const;

const NAMES: readonly (readonly [number, string])[] = [
  [NOTE.bareLf, 'bare-lf'],
  [NOTE.obsFold, 'obs-fold'],
  [NOTE.spaceBeforeColon, 'space-before-colon'],
  [NOTE.malformedField, 'malformed-field'],
  [NOTE.repeatedContentLength, 'repeated-content-length'],
  [NOTE.conflictingContentLength, 'conflicting-content-length'],
  [NOTE.invalidContentLength, 'invalid-content-length'],
  [NOTE.contentLengthAndTransferEncoding, 'content-length-and-transfer-encoding'],
  [NOTE.unknownTransferEncoding, 'unknown-transfer-encoding'],
  [NOTE.leadingEmptyLines, 'leading-empty-lines'],
  [NOTE.unknownVerb, 'unknown-verb'],
  [NOTE.lowerCaseVerb, 'lower-case-verb'],
  [NOTE.absoluteForm, 'absolute-form'],
  [NOTE.oddTarget, 'odd-target'],
  [NOTE.missingReasonPhrase, 'missing-reason-phrase'],
  [NOTE.http09, 'http-0.9'],
  [NOTE.oddVersion, 'odd-version'],
  [NOTE.oddStatus, 'odd-status'],
  [NOTE.chunkBareLf, 'chunk-bare-lf'],
  [NOTE.bodyNotSent, 'body-not-sent'],
  [NOTE.earlyResponse, 'early-response'],
  [NOTE.missingHost, 'missing-host'],
  [NOTE.pairedFromTheEnd, 'paired-from-the-end'],
  [NOTE.resynchronised, 'resynchronised'],
];

const NONE: readonly string[] = [];

/** The names of the set bits; the shared empty array for none. */
export function noteNames(bits: number): readonly string[] {
  if (bits === 0) return NONE;
  return NAMES.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
