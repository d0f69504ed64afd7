/** Which names say that a value is secret: of header fields, parameters, fields of bodies. The one list that sealing and display share. */

/** Header fields that carry credentials. */
const CREDENTIAL_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'cookie2',
  'set-cookie',
  'set-cookie2',
  'x-auth',
]);

/** Names of header fields and parameters that say that they are secret. */
const SECRET_NAME =
  /token|secret|passw|(?:pwd|jwt)(?=[-_]|$)|api[-_]?key|credential|signature|session|^(?:sig|key|auth|code|sid)$/i;

/** Of fields of bodies, where `key`, `code` and `session` are everyday words. */
const SECRET_BODY_NAME =
  /token|secret|passw|passphrase|passcode|(?:pwd|jwt)(?=[-_]|$)|(?:api|access|private)[-_]?key|credential|signature|session[-_]?(?:id|key)|authorization|^(?:sig|auth|sid|pin|otp|cvv|cvc|cookie)$/i;

/** Sound like a secret and are none. */
const NO_SECRET = /^token[-_]?(?:type|endpoint|ur[il]|count)$/i;

/** `;jsessionid=…` and its relatives in paths (RFC 3986, section 3.3). */
const SECRET_PATH_PARAMETER = /sess|sid$|token|secret|passw|pwd|auth|key$|jwt|credential|sig|^code$/i;

/** Names whose secret may be a number; elsewhere numbers count and measure: `max_tokens`. */
const SECRET_NUMBER_NAME = /passw|passcode|secret|pwd|pin|otp|cvv|cvc/i;

/** Schemes that may be shown, because they are no secret themselves (IANA HTTP authentication schemes). */
const SHOWN_SCHEME = /^(?:basic|bearer|digest|negotiate|hmac|hoba|mutual|dpop|scram-sha-\d+|aws4-hmac-sha256)\s+/i;

/** Names remembered: those of requests repeat. */
const MAX_REMEMBERED = 4_096;
const MAX_NAME_CHARACTERS = 256;

export interface SecretNameOptions {
  /** Secret too, in any case. */
  readonly names?: readonly string[] | undefined;
  /** No secret although they sound like one, in any case. */
  readonly notSecret?: readonly string[] | undefined;
}

/** Tested in one place; answers for names met before are looked up. */
export class SecretNames {
  readonly #secret: ReadonlySet<string>;
  readonly #plain: ReadonlySet<string>;
  readonly #fields = new Map<string, boolean>();
  readonly #bodyFields = new Map<string, boolean>();

  constructor({ names = [], notSecret = [] }: SecretNameOptions = {}) {
    this.#secret = new Set(names.map((name) => name.toLowerCase()));
    this.#plain = new Set(notSecret.map((name) => name.toLowerCase()));
  }

  /** The names that were added, in lower case. */
  get added(): Iterable<string> {
    return this.#secret;
  }

  /** Of a header field or a parameter. */
  isSecret(name: string): boolean {
    return this.#remembered(this.#fields, name, (lower) => CREDENTIAL_FIELDS.has(lower) || SECRET_NAME.test(lower));
  }

  /** Of a field of a body: a member of JSON, a field of Thrift. */
  isSecretInBody(name: string): boolean {
    return this.#remembered(this.#bodyFields, name, (lower) => SECRET_BODY_NAME.test(lower));
  }

  /** Whether a number under this name, which is secret, is one too. */
  isSecretNumber(name: string): boolean {
    return SECRET_NUMBER_NAME.test(name) || this.#secret.has(name.toLowerCase());
  }

  #remembered(known: Map<string, boolean>, name: string, sounds: (lower: string) => boolean): boolean {
    const found = known.get(name);
    if (found !== undefined) return found;
    const lower = name.toLowerCase();
    const is = this.#secret.has(lower) || (!this.#plain.has(lower) && !NO_SECRET.test(lower) && sounds(lower));
    if (known.size >= MAX_REMEMBERED) known.clear();
    if (name.length <= MAX_NAME_CHARACTERS) known.set(name, is);
    return is;
  }
}

/** Of a parameter of a path. */
export function isSecretPathParameter(name: string): boolean {
  return SECRET_PATH_PARAMETER.test(name);
}

/** Characters of a value that may be shown: a scheme and the blanks behind it. */
export function shownSchemeLength(value: string): number {
  return SHOWN_SCHEME.exec(value)?.[0].length ?? 0;
}
