/**
 * Secrets in Thrift messages: values of headers, strings whose field an IDL names so, strings of maps under a key that says
 * so. A payload that cannot be cut in its place (compressed, JSON protocol) is taken out as a whole where it holds one.
 */
import type { NamedType, ThriftNames } from '../thrift/idl/thrift-names.ts';
import { type MessageLayers, readMessageLayers } from '../thrift/view/message-layers.ts';
import { bodyType } from '../thrift/view/thrift-document.ts';
import type { ThriftValue } from '../thrift/view/thrift-value.ts';
import { type ThriftHeader, viewThriftBody } from '../thrift/view/thrift-view.ts';
import { type Cut, FILLER } from './cut.ts';
import type { SecretNames } from './secret-names.ts';
import { urlCuts } from './url-cuts.ts';

const TTHEADER_MAGIC_AT = 4;
const TOKEN_INFO = 0x11;
/** Where the size of a TTHeader stands, in units of 4 octets, and where what it counts begins. */
const SIZE_AT = 12;
const INFOS_AT = 14;

export class ThriftSecrets {
  readonly #names: SecretNames;
  readonly #idl: ThriftNames | undefined;

  /** @param idl only looked at where it names a secret field at all */
  constructor(names: SecretNames, idl: ThriftNames | undefined) {
    this.#names = names;
    const says = idl === undefined ? [] : [...idl.fieldNames()];
    this.#idl = says.some((name) => names.isSecretInBody(name)) ? idl : undefined;
  }

  /** Whether a message without a telling word in it may hold a secret nevertheless. */
  mayHideIn(bytes: Uint8Array): boolean {
    return this.#idl !== undefined || mayHaveToken(bytes);
  }

  /** @param bytes one message with all its layers @returns positions in them, in no order */
  cuts(bytes: Uint8Array): readonly Cut[] {
    const view = viewThriftBody(bytes);
    const cuts: Cut[] = [];
    for (const header of view.headers) this.#header(header, cuts);
    const layers = readMessageLayers(bytes);
    const inPayload: Cut[] = [];
    this.#value(view.body, bodyType(view, this.#idl), false, inPayload);
    if (inPayload.length > 0) cuts.push(...atPlace(inPayload, layers, bytes));
    return cuts;
  }

  #header({ place, name, value, valueStart, valueEnd }: ThriftHeader, cuts: Cut[]): void {
    if (valueEnd <= valueStart) return;
    if (place === 'token' || this.#names.isSecret(name)) {
      cuts.push({ start: valueStart, end: valueEnd, filler: FILLER });
    } else if (value.length === valueEnd - valueStart) urlCuts(value, valueStart, this.#names, cuts);
  }

  #value(value: ThriftValue, type: NamedType | undefined, secret: boolean, cuts: Cut[]): void {
    switch (value.type) {
      case 'string':
        // Where it has no place (JSON protocol) the octets only say that there is one.
        if (secret && value.bytes.length > 0) {
          cuts.push({ start: value.end - value.bytes.length, end: value.end, filler: FILLER });
        }
        return;
      case 'struct':
        for (const field of value.fields) {
          const named = type?.field(field.id);
          const isSecret = secret || (named !== undefined && this.#names.isSecretInBody(named.name));
          this.#value(field.value, named?.type, isSecret, cuts);
        }
        return;
      case 'list':
      case 'set':
        for (const element of value.elements) this.#value(element, type?.element, secret, cuts);
        return;
      case 'map':
        for (const [key, one] of value.entries) {
          const name = key.type === 'string' ? key.text : undefined;
          this.#value(one, type?.value, secret || (name !== undefined && this.#names.isSecretInBody(name)), cuts);
        }
        return;
      case 'bool':
      case 'i8':
      case 'i16':
      case 'i32':
      case 'i64':
      case 'double':
      case 'uuid':
        return;
      default:
        value satisfies never;
    }
  }
}

function atPlace(cuts: readonly Cut[], layers: MessageLayers, bytes: Uint8Array): readonly Cut[] {
  const { payload, payloadAt, encoding } = layers;
  const isInPlace = encoding !== 'json' && payload.buffer === bytes.buffer;
  if (isInPlace) return cuts.map((cut) => ({ ...cut, start: cut.start + payloadAt, end: cut.end + payloadAt }));
  return payloadAt < bytes.length ? [{ start: payloadAt, end: bytes.length, filler: FILLER }] : [];
}

/** A TTHeader names its access token by a number alone. */
function mayHaveToken(bytes: Uint8Array): boolean {
  if (bytes[TTHEADER_MAGIC_AT] !== 0x10 || bytes[TTHEADER_MAGIC_AT + 1] !== 0) return false;
  const size = (((bytes[SIZE_AT] ?? 0) << 8) | (bytes[SIZE_AT + 1] ?? 0)) * 4;
  const end = Math.min(bytes.length, INFOS_AT + size);
  for (let at = INFOS_AT; at < end; at++) if (bytes[at] === TOKEN_INFO) return true;
  return false;
}
