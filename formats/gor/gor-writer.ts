/**
 * Exchanges → `.gor` in the form of versions 1.3 to 2.0, readable by all that pair by ID.
 *
 *   ID = client port, server port, client address (IPv4, or the last four bytes of IPv6), a running number
 *
 * Lost: interim answers, answers that are not whole, the server's address, everything that is not HTTP.
 */
import { type Exchange, type Message, type Micros, messageBytes } from '../../core/index.ts';
import { addressBytes } from '../recorded/ip-address.ts';
import { SEPARATOR_LINE } from './gor-record.ts';

const RECORD_END = Buffer.concat([Buffer.of(0x0a), SEPARATOR_LINE]);

/** Why an exchange has no place in the file. */
export type GorLoss = 'not-http' | 'no-request' | 'incomplete' | 'holds-separator';

export class GorWriter {
  #written = 0;

  /** @returns the records of the exchange, or why it has none */
  add(exchange: Exchange): Uint8Array | GorLoss {
    const { request, response } = exchange;
    if (exchange.protocol !== 'http1') return 'not-http';
    if (request === undefined) return 'no-request';
    if (!isWhole(request)) return 'incomplete';
    const id = this.#idOf(exchange);
    const records = [encodeRecord('1', id, request)];
    if (response !== undefined && isWhole(response)) records.push(encodeRecord('2', id, response));
    if (records.some((record) => record === undefined)) return 'holds-separator';
    this.#written++;
    return Buffer.concat(records as Buffer[]);
  }

  #idOf({ flow }: Exchange): string {
    const { client, server } = flow;
    return `${hex(client.port, 4)}${hex(server.port, 4)}${addressDigits(client.address)}${hex(this.#written % 2 ** 32, 8)}`;
  }
}

function encodeRecord(type: '1' | '2', id: string, message: Message): Buffer | undefined {
  const bytes = messageBytes(message);
  const payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta = Buffer.from(
    `${type} ${id} ${nanos(message.firstByteAt)} ${nanos(message.lastByteAt - message.firstByteAt)}\n`,
  );
  const record = Buffer.concat([meta, payload, RECORD_END]);
  // Wherever else a line of the record is the separator a reader would end it there.
  const first = record.indexOf(RECORD_END, meta.length - 1);
  return first === record.length - RECORD_END.length ? record : undefined;
}

function isWhole(message: Message): boolean {
  return message.complete && !message.truncated && message.missing.length === 0;
}

function nanos(micros: Micros): string {
  return micros === 0 ? '0' : `${micros}000`;
}

function addressDigits(address: string): string {
  return addressBytes(address).subarray(-4).toString('hex');
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0').slice(-digits);
}
