/**
 * A Thrift call without arguments, and whether anything answers it.
 *
 *     binary   80 01 | 00 01 | length i32 | name | sequence id i32 | 00        strict; call; an empty struct of arguments
 *     compact  82 | 21 | sequence id varint | length varint | name | 00        version 1, call
 *
 * `framed` puts a 4-byte length before it. A server without that function answers with an exception, which proves life too.
 * Source: Thrift RPC specification; Thrift binary and compact protocol encoding, "Message".
 */
import type { Socket } from 'node:net';
import { ThriftFramer } from '../../parser/index.ts';
import type { CheckOptions } from './options.ts';

export type ThriftCheck = Extract<CheckOptions, { kind: 'thrift' }>;

const SEQUENCE_ID = 1;
const STRICT_CALL = 0x8001_0001;
const COMPACT_PROTOCOL = 0x82;
const COMPACT_CALL = 0x21;
const STOP = 0;

/** @param end called once or more, with what is wrong or undefined: what comes first counts; and not where nothing comes */
export function pingThrift(check: ThriftCheck, socket: Socket, end: (trouble?: string) => void): void {
  const framer = new ThriftFramer({ complete: () => end(), failed: (reason) => end(reason) });
  framer.expect();
  socket.on('data', (bytes: Uint8Array) => framer.push(bytes, 0, bytes.length));
  socket.once('end', () => framer.end());
  socket.write(pingCall(check));
}

export function pingCall({ function: name, protocol, transport }: ThriftCheck): Uint8Array {
  const text = Buffer.from(name);
  const message = protocol === 'binary' ? binaryCall(text) : compactCall(text);
  return transport === 'framed' ? Buffer.concat([u32(message.length), message]) : message;
}

function binaryCall(name: Uint8Array): Uint8Array {
  return Buffer.concat([u32(STRICT_CALL), u32(name.length), name, u32(SEQUENCE_ID), Uint8Array.of(STOP)]);
}

function compactCall(name: Uint8Array): Uint8Array {
  const head = Uint8Array.of(COMPACT_PROTOCOL, COMPACT_CALL, SEQUENCE_ID, ...varint(name.length));
  return Buffer.concat([head, name, Uint8Array.of(STOP)]);
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
