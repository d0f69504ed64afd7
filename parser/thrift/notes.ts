/** Leniencies and oddities of one exchange, as bits while parsing and as names in `Exchange.notes`. */
export const NOTE = {
  /** The payload of a side is compressed or otherwise changed. */
  transformed: 1 << 0,
  /** The call came in a frame or header, the reply without any. */
  replyWithoutFrame: 1 << 1,
  replyTransportDiffers: 1 << 2,
  /** The call before has the same sequence id, not 0, and is not answered yet. */
  sequenceIdReused: 1 << 3,
  /** The reply's id is not the call's: paired because nothing else was waiting. */
  sequenceIdDiffers: 1 << 4,
  /** The reply's name is not the call's: paired by sequence id. */
  methodDiffers: 1 << 5,
  /** Never answered, while other methods were: probably a oneway that is sent as a call. */
  maybeOneway: 1 << 6,
  /** A frame that servers refuse by default. */
  longFrame: 1 << 7,
  /** The reply began before the call had ended. */
  earlyReply: 1 << 8,
  /** The payload is no message that could be read. */
  payloadNotRead: 1 << 9,
  /** A oneway was answered all the same. */
  onewayAnswered: 1 << 10,
} as const;

const NAMES: readonly (readonly [number, string])[] = [
  [NOTE.transformed, 'transformed'],
  [NOTE.replyWithoutFrame, 'reply-without-frame'],
  [NOTE.replyTransportDiffers, 'reply-transport-differs'],
  [NOTE.sequenceIdReused, 'sequence-id-reused'],
  [NOTE.sequenceIdDiffers, 'sequence-id-differs'],
  [NOTE.methodDiffers, 'method-differs'],
  [NOTE.maybeOneway, 'maybe-oneway'],
  [NOTE.longFrame, 'long-frame'],
  [NOTE.earlyReply, 'early-reply'],
  [NOTE.payloadNotRead, 'payload-not-read'],
  [NOTE.onewayAnswered, 'oneway-answered'],
];

const NONE: readonly string[] = [];

/** The names of the set bits; the shared empty array for none. */
export function noteNames(bits: number): readonly string[] {
  if (bits === 0) return NONE;
  return NAMES.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
