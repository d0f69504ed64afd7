/** What became of one send, as a line of JSON: the exchange by its id, as `show` takes it; bytes of an answer in base64. */
import { formatExchangeId, type ReplayResult } from '../../core/index.ts';

export function resultLine(result: ReplayResult): string {
  const { exchange, response, ...rest } = result;
  return JSON.stringify({
    exchange: formatExchangeId(exchange),
    ...rest,
    ...(response === undefined ? {} : { response: base64(response) }),
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
