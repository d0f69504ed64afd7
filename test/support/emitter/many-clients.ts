/**
 * A capture of many clients, each on a connection of its own; their requests lie between each other's.
 *
 *     client 0   GET /0/0 . . . . GET /0/1 . . . . GET /0/2
 *     client 1   . GET /1/0 . . . . GET /1/1 . . . . GET /1/2
 */
import { conversation, Trace } from '../packets/index.ts';

/** 2026-11-21T10:00:00Z */
const STARTED_AT = 1_795_255_200_000_000;

export interface ManyClients {
  readonly clients: number;
  /** Of each client. */
  readonly requests: number;
  /** Between two requests of a client; the clients begin spread over as much. */
  readonly gapMs: number;
  /** A server that no test listens on, where absent. */
  readonly server?: string;
}

/** @returns a pcap file */
export function manyClients({ clients, requests, gapMs, server = '192.0.2.80:8080' }: ManyClients): Uint8Array {
  const traces = Array.from({ length: clients }, (_, client) => {
    const startAt = STARTED_AT + Math.floor((client * gapMs * 1_000) / clients);
    const address = `10.1.${client >> 8}.${client & 0xff}:40000`;
    // Flows of equal initial numbers would be one flow seen from two places.
    const numbers = { clientIsn: 100_000 * (client + 1), serverIsn: 100_000 * (client + 2) };
    const talk = conversation({ client: address, server, startAt, acks: false, ...numbers }).handshake();
    for (let step = 0; step < requests; step++) {
      if (step > 0) talk.wait(gapMs);
      talk.client(`GET /${client}/${step} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
      talk.server('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    }
    return talk.close().trace();
  });
  const [first = new Trace([]), ...others] = traces;
  return first.mergedWith(...others).pcap();
}
