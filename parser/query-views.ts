/** Headers and bodies of exchanges for queries (`QueryViews`): HTTP, Thrift, and the bare bytes of sessions. */
import type { ByteCount, Message, MessageSide, QuerySubject, QueryViews } from '../core/index.ts';
import { messageBytes } from '../core/index.ts';
import { readBodyText } from './http1/view/body-text.ts';
import { type BodyView, viewBody } from './http1/view/body-view.ts';
import { readFields } from './http1/view/head-view.ts';
import { type HeaderField, headerValues } from './http1/view/header-field.ts';
import { readMessageLayers, readWrapping } from './thrift/view/message-layers.ts';

/** Decoded bytes of a body at most: the longest that is kept unless configured otherwise. What lies behind is not found. */
const MAX_BODY_BYTES: ByteCount = 16 * 1024 * 1024;

/** The message looked at last, for queries with several conditions on it. */
interface Looked {
  message: Message | undefined;
  fields: readonly HeaderField[] | undefined;
  text: string | undefined;
}

/** Views that remember the last message of each side: one a reader. */
export function queryViews(): QueryViews {
  const last: Readonly<Record<MessageSide, Looked>> = { request: nothing(), response: nothing() };
  const look = (message: Message, side: MessageSide): Looked => {
    const looked = last[side];
    if (looked.message !== message) Object.assign(looked, nothing(), { message });
    return looked;
  };
  return {
    headerValues: (subject, side, name) => {
      const message = subject[side];
      if (message === undefined) return [];
      const looked = look(message, side);
      looked.fields ??= fieldsOf(subject, message);
      return headerValues(looked.fields, name);
    },
    bodyText: (subject, side) => {
      const message = subject[side];
      if (message === undefined) return '';
      const looked = look(message, side);
      looked.text ??= textOf(subject, message);
      return looked.text;
    },
  };
}

function nothing(): Looked {
  return { message: undefined, fields: undefined, text: undefined };
}

function fieldsOf({ protocol }: QuerySubject, message: Message): readonly HeaderField[] {
  switch (protocol) {
    case 'http1':
      return readFields(message);
    case 'thrift': {
      const blocks = readWrapping(contiguousBytes(message)).header?.blocks ?? [];
      return blocks.flatMap(({ entries }) => entries.map(({ name, value }) => ({ name, value })));
    }
    case 'tcp':
      return [];
    default:
      return protocol satisfies never;
  }
}

/** As text in the charset that it declares; what is no text keeps the text within it, other bytes replaced. */
function textOf({ protocol }: QuerySubject, message: Message): string {
  switch (protocol) {
    case 'http1': {
      const view = viewBody(message, { maxBytes: MAX_BODY_BYTES });
      // The decoder that knows charsets costs more than all else: it is for those that need it.
      return isUtf8(view) ? utf8(view.bytes) : (readBodyText(view)?.text ?? utf8(view.bytes));
    }
    case 'thrift':
      return utf8(readMessageLayers(contiguousBytes(message)).payload);
    case 'tcp':
      return utf8(messageBytes(message));
    default:
      return protocol satisfies never;
  }
}

/** As declared, or undeclared without the byte order mark of another. */
function isUtf8({ charset, bytes }: BodyView): boolean {
  return (charset === '' || charset === 'utf-8') && bytes[0] !== 0xff && bytes[0] !== 0xfe;
}

function contiguousBytes(message: Message): Uint8Array {
  const bytes = messageBytes(message);
  const missingFrom = message.missing[0]?.offset;
  return missingFrom === undefined ? bytes : bytes.subarray(0, missingFrom);
}

function utf8(bytes: Uint8Array): string {
  const kept = bytes.subarray(0, MAX_BODY_BYTES);
  return Buffer.from(kept.buffer, kept.byteOffset, kept.length).toString();
}
