/** What of HAR 1.2 is read and written; other members are left alone. Source: HAR 1.2 specification, "entries". */

export interface HarField {
  readonly name: string;
  readonly value: string;
}

export interface HarEntry {
  /** ISO 8601, ms. */
  readonly startedDateTime: string;
  /** ms, of the whole exchange. */
  readonly time: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly httpVersion: string;
    readonly cookies: readonly HarField[];
    readonly headers: readonly HarField[];
    readonly queryString: readonly HarField[];
    readonly postData?: { readonly mimeType: string; readonly text: string; readonly params?: readonly HarField[] };
    readonly headersSize: number;
    readonly bodySize: number;
  };
  readonly response: {
    /** 0 where there was none. */
    readonly status: number;
    readonly statusText: string;
    readonly httpVersion: string;
    readonly cookies: readonly HarField[];
    readonly headers: readonly HarField[];
    readonly content: {
      readonly size: number;
      readonly mimeType: string;
      readonly text?: string;
      readonly encoding?: string;
    };
    readonly redirectURL: string;
    readonly headersSize: number;
    readonly bodySize: number;
  };
  readonly cache: object;
  readonly timings: { readonly send: number; readonly wait: number; readonly receive: number };
  readonly serverIPAddress?: string;
  readonly connection?: string;
  /** What HAR has no place for. */
  readonly _bytecopy?: HarExtra;
}

export interface HarExtra {
  readonly id: string;
  readonly client: string;
  readonly server: string;
  /** First and last byte of both messages, µs since the epoch; null where there is no response. */
  readonly requestAt: readonly [number, number];
  readonly responseAt: readonly [number, number] | null;
  /** The request target, where the URL does not tell it: `*`, `host:port`, a whole URL. */
  readonly target?: string;
  /** A request body that is no text. */
  readonly requestBodyBase64?: string;
}
