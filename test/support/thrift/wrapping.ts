/** Frames and headers around Thrift messages, written from their descriptions. */

export type HeaderFields = Readonly<Record<string, string>>;

export function framed(payload: Uint8Array): Buffer {
  return Buffer.concat([u32(payload.length), payload]);
}

export interface HeaderOptions {
  readonly text?: HeaderFields;
  /** TTHeader only. */
  readonly integer?: Readonly<Record<number, string>>;
  readonly token?: string;
  /** THeader only. */
  readonly persistent?: HeaderFields;
  readonly protocolId?: number;
  readonly transforms?: readonly number[];
  readonly sequenceId?: number;
}

/** @param payload with the transforms applied */
export function theader(payload: Uint8Array, options: HeaderOptions = {}): Buffer {
  const infos: Uint8Array[] = [varint(options.protocolId ?? 0), varint(options.transforms?.length ?? 0)];
  for (const transform of options.transforms ?? []) infos.push(varint(transform));
  for (const [info, fields] of [
    [1, options.text],
    [2, options.persistent],
  ] as const) {
    if (fields === undefined) continue;
    infos.push(varint(info), varint(Object.keys(fields).length));
    for (const [key, value] of Object.entries(fields)) infos.push(varintText(key), varintText(value));
  }
  return headed(0x0fff, options.sequenceId ?? 0, Buffer.concat(infos), payload);
}

export function ttheader(payload: Uint8Array, options: HeaderOptions = {}): Buffer {
  const infos: Uint8Array[] = [
    Buffer.from([options.protocolId ?? 0, options.transforms?.length ?? 0, ...(options.transforms ?? [])]),
  ];
  if (options.text !== undefined) infos.push(Buffer.from([1]), shortFields(options.text));
  if (options.integer !== undefined) {
    infos.push(Buffer.from([0x10]), u16(Object.keys(options.integer).length));
    for (const [key, value] of Object.entries(options.integer)) infos.push(u16(Number(key)), shortText(value));
  }
  if (options.token !== undefined) infos.push(Buffer.from([0x11]), shortText(options.token));
  return headed(0x1000, options.sequenceId ?? 0, Buffer.concat(infos), payload);
}

export function meshHeader(payload: Uint8Array, fields: HeaderFields): Buffer {
  const content = shortFields(fields);
  return Buffer.concat([Buffer.from([0xff, 0xaf]), u16(content.length), content, payload]);
}

function headed(magic: number, sequenceId: number, infos: Buffer, payload: Uint8Array): Buffer {
  const padding = Buffer.alloc((4 - (infos.length % 4)) % 4);
  const size = infos.length + padding.length;
  return framed(Buffer.concat([u16(magic), u16(0), i32(sequenceId), u16(size / 4), infos, padding, payload]));
}

function shortFields(fields: HeaderFields): Buffer {
  const entries = Object.entries(fields);
  return Buffer.concat([u16(entries.length), ...entries.flatMap(([key, value]) => [shortText(key), shortText(value)])]);
}

function shortText(text: string): Buffer {
  return Buffer.concat([u16(Buffer.byteLength(text)), Buffer.from(text)]);
}

function varintText(text: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]);
}

function varint(value: number): Buffer {
  const octets: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) octets.push((rest % 128) | 0x80);
  return Buffer.from([...octets, rest]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
