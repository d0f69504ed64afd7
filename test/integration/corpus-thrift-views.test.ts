/** Thrift messages of real captures: read to their last octet, and put back together as they were. */
import { expect } from 'vitest';
import { type Message, messageBytes } from '../../core/index.ts';
import { rewriteThrift, ThriftFramer, viewThrift } from '../../parser/index.ts';
import { exchangesOf } from '../support/corpus/exchanges-of.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { testWith } from '../support/requirements.ts';

const hex = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('hex');

testWith(['corpus'], 'every Thrift message of the corpus is viewed, rewritten and framed', async () => {
  let count = 0;
  for (const { path } of readCorpusIndex().filter(({ thriftCalls }) => thriftCalls > 0)) {
    const { exchanges } = await exchangesOf(path);
    for (const message of exchanges.flatMap(({ request, response }) => [request, response])) {
      if (message === undefined || !message.complete) continue;
      count++;
      expectWhole(message);
    }
  }
  expect(count).toBeGreaterThan(60);
});

function expectWhole(message: Message): void {
  const view = viewThrift(message);
  expect(view.problems).toEqual([]);
  const { sequenceId, method, service } = view;
  expect(hex(rewriteThrift(message, { sequenceId, method, service }).parts ?? [])).toBe(hex(message.parts));
  const changed = rewriteThrift(message, { sequenceId: 77, method: `${method}_again` }).parts ?? [];
  const bytes = messageBytes({ ...message, parts: changed });
  expect(viewThrift({ ...message, parts: changed })).toMatchObject({ sequenceId: 77, method: `${method}_again` });
  const framed: unknown[] = [];
  const framer = new ThriftFramer({ complete: (reply) => framed.push(reply), failed: (why) => framed.push(why) });
  framer.expect();
  framer.push(bytes, 0, 5);
  framer.push(bytes, 5, bytes.length);
  expect(framed).toMatchObject([{ sequenceId: 77, byteCount: bytes.length }]);
}
