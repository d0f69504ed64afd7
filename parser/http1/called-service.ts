/** Name of the service that one flow's requests call. */
import type { Endpoint, Ledger } from '../../core/index.ts';
import { latin1 } from '../latin1.ts';
import type { ServiceNames } from '../service-names.ts';
import type { FieldSection } from './field-section.ts';
import { NOTE } from './notes.ts';
import type { RequestLine } from './request-line.ts';

/** The head of a request as it has just been read. */
export interface ReadHead {
  readonly requestLine: RequestLine;
  readonly fields: FieldSection;
}

export class CalledService {
  readonly #server: Endpoint;
  readonly #services: ServiceNames;
  readonly #ledger: Ledger;
  #last: string | undefined;

  constructor(server: Endpoint, services: ServiceNames, ledger: Ledger) {
    this.#server = server;
    this.#services = services;
    this.#ledger = ledger;
  }

  /** By the server's address alone. */
  ofServer(): string {
    return this.#name('');
  }

  /** By the request too, where the map names hosts. @param notes of its request line */
  ofRequest(bytes: Uint8Array, { requestLine, fields }: ReadHead, notes: number): string {
    if (!this.#services.usesHost) return this.#name('');
    if ((notes & NOTE.absoluteForm) !== 0) {
      const { targetStart, targetEnd } = requestLine;
      return this.#name(authorityOf(latin1(bytes, targetStart, Math.min(targetEnd, targetStart + MAX_HOST))));
    }
    if (fields.hostStart < 0) return this.#name('');
    return this.#name(latin1(bytes, fields.hostStart, Math.min(fields.hostEnd, fields.hostStart + MAX_HOST)));
  }

  #name(host: string): string {
    if (this.#last !== undefined && !this.#services.usesHost) return this.#last;
    const { name, configured } = this.#services.called(this.#server, host);
    if (!configured && this.#last === undefined) this.#ledger.addFact('services-unnamed');
    this.#last = name;
    return name;
  }
}

/** Host names have at most 253 octets; room for brackets, port and a scheme. */
const MAX_HOST = 512;

/** `host:port` of `scheme://user@host:port/path`: it overrules the Host header (RFC 9112, section 3.2.2). */
export function authorityOf(target: string): string {
  const start = target.indexOf('://') + 3;
  const slash = target.indexOf('/', start);
  const authority = target.slice(start, slash < 0 ? target.length : slash);
  return authority.slice(authority.lastIndexOf('@') + 1);
}
