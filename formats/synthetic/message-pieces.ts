/** A message's bytes as they lay in its stream: kept runs, and runs that were never seen or not kept. */
import type { ByteCount, Message } from '../../core/index.ts';

export type MessagePiece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'hole'; readonly byteCount: ByteCount };

/** @returns pieces in order; together as long as the message was on the wire */
export function messagePieces(message: Message): readonly MessagePiece[] {
  const pieces: MessagePiece[] = [];
  let at: ByteCount = 0;
  const holes = [...message.missing].sort((one, other) => one.offset - other.offset);
  const fillHoles = (): void => {
    while (holes[0] !== undefined && holes[0].offset <= at) {
      const { byteCount } = holes.shift() as { byteCount: ByteCount };
      pieces.push({ kind: 'hole', byteCount });
      at += byteCount;
    }
  };
  for (let bytes of message.parts) {
    while (bytes.length > 0) {
      fillHoles();
      const room = (holes[0]?.offset ?? Number.POSITIVE_INFINITY) - at;
      const piece = bytes.subarray(0, Math.min(room, bytes.length));
      pieces.push({ kind: 'bytes', bytes: piece });
      at += piece.length;
      bytes = bytes.subarray(piece.length);
    }
  }
  fillHoles();
  if (at < message.byteCount) pieces.push({ kind: 'hole', byteCount: message.byteCount - at });
  return pieces;
}

/** Takes the first bytes off `pieces`, holes counted. @returns what it took; fewer where there are no more */
export function takePieces(pieces: MessagePiece[], byteCount: ByteCount): readonly MessagePiece[] {
  const taken: MessagePiece[] = [];
  for (let left = byteCount; left > 0; ) {
    const piece = pieces.shift();
    if (piece === undefined) break;
    const [front, rest] = cutPiece(piece, left);
    taken.push(front);
    if (rest !== undefined) pieces.unshift(rest);
    left -= front.kind === 'hole' ? front.byteCount : front.bytes.length;
  }
  return taken;
}

function cutPiece(piece: MessagePiece, at: ByteCount): readonly [MessagePiece, MessagePiece | undefined] {
  if (piece.kind === 'hole') {
    if (piece.byteCount <= at) return [piece, undefined];
    return [
      { kind: 'hole', byteCount: at },
      { kind: 'hole', byteCount: piece.byteCount - at },
    ];
  }
  if (piece.bytes.length <= at) return [piece, undefined];
  return [
    { kind: 'bytes', bytes: piece.bytes.subarray(0, at) },
    { kind: 'bytes', bytes: piece.bytes.subarray(at) },
  ];
}
