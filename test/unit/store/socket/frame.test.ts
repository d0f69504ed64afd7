import { expect, test } from 'vitest';
import { encodeFrame, encodeJsonFrame, FRAME, FrameCutter } from '../../../../store/socket/frame.ts';

const STREAM = Buffer.concat([
  encodeFrame(FRAME.exchange, Buffer.from('an exchange')),
  encodeFrame(FRAME.page),
  encodeJsonFrame(FRAME.value, { pid: 1 }),
  encodeFrame(FRAME.end),
]);

test('frames cut at every byte are the same frames', () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const cutter = new FrameCutter();
    const frames = [...cutter.push(STREAM.subarray(0, cut)), ...cutter.push(STREAM.subarray(cut))];
    expect(frames.map(({ kind, bytes }) => [kind, bytes.toString()])).toEqual([
      [FRAME.exchange, 'an exchange'],
      [FRAME.page, ''],
      [FRAME.value, '{"pid":1}'],
      [FRAME.end, ''],
    ]);
  }
});

test('a length no frame has is refused', () => {
  expect(() => new FrameCutter().push(Buffer.of(1, 0xff, 0xff, 0xff, 0xff))).toThrow(
    expect.objectContaining({ code: 'STORE_SOCKET' }),
  );
});
