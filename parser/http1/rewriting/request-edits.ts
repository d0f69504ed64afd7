/** What may be changed about a request before it is sent again. What is not named stays as it is, octet by octet. */
import { BytecopyError } from '../../../core/index.ts';
import type { BodyView } from '../view/body-view.ts';

/** Names and values are plain text: they are percent-encoded where they are written, and compared decoded. */
export interface QueryEdits {
  /** A parameter that is there keeps its place and the spelling of its name; repeats are removed, new ones come last; of two values the last one counts. */
  readonly set?: readonly (readonly [name: string, value: string])[];
  readonly remove?: readonly string[];
}

export interface RequestEdits {
  /**
   * A field that is there keeps its place and the spelling of its name; repeats are removed, new ones come last. A
   * name given twice has the last value. Not `Content-Length` or `Transfer-Encoding`, which follow from the body.
   */
  readonly setHeaders?: readonly (readonly [name: string, value: string])[];
  readonly removeHeaders?: readonly string[];
  /** Sets `Host`, and host and port of a request-target in absolute form (RFC 9112, section 3.2.2). */
  readonly host?: string;
  /**
   * Replaces the path and keeps the query; with a `?` in it, replaces both. A function is given the path as sent, its
   * octets as latin1. Neither changes the targets of CONNECT and `*`, which are no paths.
   */
  readonly path?: string | ((path: string) => string);
  /** Applied behind `path`. */
  readonly query?: QueryEdits;
  /**
   * The body without its codings: they are applied again, and the framing is made to fit. A function is given the
   * decoded body; where it returns equal bytes, the body stays as it was sent. Where `Content-Encoding` is set or
   * removed too, the body goes without content codings.
   */
  readonly body?: Uint8Array | ((body: BodyView) => Uint8Array);
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const LINE_BREAK = /[\r\n\0]/;
const FRAMING_FIELD = /^(?:content-length|transfer-encoding)$/i;
const HOST = /^[!-~]+$/;

/** @throws BytecopyError `REWRITE_INVALID` (exit code 2) where an edit would break the request apart */
export function checkEdits({ setHeaders = [], removeHeaders = [], host }: RequestEdits): void {
  for (const name of [...setHeaders.map(([name]) => name), ...removeHeaders]) {
    if (!TOKEN.test(name)) throw invalid(`"${name}" is no header name`, 'letters, digits and hyphens make up a name');
    if (FRAMING_FIELD.test(name))
      throw invalid(`${name} says where the body ends`, 'change the body: its framing follows');
  }
  for (const [name, value] of setHeaders) {
    if (LINE_BREAK.test(value)) throw invalid(`the value of ${name} breaks the line`, 'a value is one line of text');
  }
  if (host !== undefined && !HOST.test(host))
    throw invalid(`"${host}" is no host`, 'a host is a name or an address, with :port');
}

function invalid(message: string, hint: string): BytecopyError {
  return new BytecopyError('REWRITE_INVALID', message, { hint, exitCode: 2 });
}
