/** One Thrift message in full: what it is wrapped in, its head, headers, and arguments or result as a tree. */
import { type Exchange, type Message, messageBytes } from '../../core/index.ts';
import {
  bodyType,
  isThriftContentType,
  type ThriftHeader,
  type ThriftNames,
  type ThriftView,
  thriftDocument,
  viewBody,
  viewThrift,
  viewThriftBody,
} from '../../parser/index.ts';
import { formatByteCount, formatNumberOf } from './amount.ts';
import { hideCredential } from './credentials.ts';
import { renderHexDump } from './hex-dump.ts';
import type { MessageRendering } from './message.ts';
import { escapeForTerminal } from './terminal-text.ts';
import { renderThriftStruct } from './thrift-value.ts';

/** Bytes shown of a message that is not understood: 16 rows. */
const MAX_HEX_BYTES = 256;

/** @param names from IDL files */
export function renderThrift(
  message: Message,
  names: ThriftNames | undefined,
  { withSecrets, raw }: MessageRendering,
): string {
  const view = viewThrift(message);
  const lines = raw ? [] : viewLines(view, names, withSecrets);
  if (raw || view.kind === undefined) {
    lines.push(...undecoded(withSecrets ? messageBytes(message) : withoutThriftCredentials(message)));
  }
  for (const range of message.missing) {
    lines.push(`… ${formatNumberOf(range.byteCount, 'byte')} missing at ${range.offset}`);
  }
  if (message.truncated) lines.push(`… cut: ${formatByteCount(message.byteCount)} on the wire`);
  return lines.join('\n');
}

/** The Thrift message that an HTTP message carries. */
export function renderThriftBody(message: Message, names: ThriftNames | undefined, withSecrets: boolean): string {
  return viewLines(viewThriftBody(viewBody(message).bytes), names, withSecrets).join('\n');
}

/** Whether the bodies of an HTTP exchange are Thrift: the request says it, servers often do not. */
export function carriesThrift({ protocol, request }: Exchange): boolean {
  return protocol === 'http1' && request !== undefined && isThriftContentType(viewBody(request).mediaType);
}

function viewLines(view: ThriftView, names: ThriftNames | undefined, withSecrets: boolean): string[] {
  const lines = [wrapping(view)];
  if (view.kind !== undefined) lines.push(headText(view));
  for (const header of view.headers) lines.push(`header ${headerText(header, withSecrets)}`);
  lines.push(...bodyLines(view, names));
  if (view.problems.length > 0) lines.push(`not read to the end: ${view.problems.join(', ')}`);
  return lines;
}

/** The same for programs; `JSON.stringify` takes it. */
export function thriftMessageDocument(
  message: Message,
  names: ThriftNames | undefined,
  withSecrets: boolean,
): Readonly<Record<string, unknown>> {
  return viewDocument(viewThrift(message), names, withSecrets);
}

/** The same of an HTTP message's body. */
export function thriftBodyDocument(
  message: Message,
  names: ThriftNames | undefined,
  withSecrets: boolean,
): Readonly<Record<string, unknown>> {
  return viewDocument(viewThriftBody(viewBody(message).bytes), names, withSecrets);
}

function viewDocument(
  view: ThriftView,
  names: ThriftNames | undefined,
  withSecrets: boolean,
): Readonly<Record<string, unknown>> {
  const headers = view.headers.map((header) => ({ ...header, value: hideCredential(header.name, header.value) }));
  return thriftDocument(withSecrets ? view : { ...view, headers }, names);
}

/** The bytes with every credential of the headers replaced by asterisks of the same length. */
export function withoutThriftCredentials(message: Message): Uint8Array {
  const bytes = Buffer.from(messageBytes(message));
  for (const { name, value, valueStart, valueEnd } of viewThrift(message).headers) {
    if (hideCredential(name, value) !== value) bytes.fill('*', valueStart, valueEnd);
  }
  return bytes;
}

function undecoded(bytes: Uint8Array): string[] {
  const rest = bytes.length - MAX_HEX_BYTES;
  return [renderHexDump(bytes, MAX_HEX_BYTES), ...(rest > 0 ? [`… ${formatByteCount(rest)} more`] : [])];
}

function wrapping({ transport, encoding, transforms }: ThriftView): string {
  const layers: string[] = [transport];
  if (encoding !== undefined) layers.push(encoding);
  return [...layers, ...transforms].join(', ');
}

function headText({ kind, service, method, sequenceId }: ThriftView): string {
  const name = escapeForTerminal(service === '' ? method : `${service}:${method}`);
  return `${kind} ${name}, sequence id ${sequenceId}`;
}

function headerText({ name, number, value }: ThriftHeader, withSecrets: boolean): string {
  const key = number === undefined || String(number) === name ? name : `${name} (${number})`;
  return escapeForTerminal(`${key}: ${withSecrets ? value : hideCredential(name, value)}`);
}

function bodyLines(view: ThriftView, names: ThriftNames | undefined): string[] {
  if (view.kind === undefined) return [];
  const fields = renderThriftStruct(view.body, bodyType(view, names), '  ');
  const title = bodyTitle(view);
  return fields.length === 0 ? [`${title}: none`] : [title, ...fields];
}

function bodyTitle({ result, applicationException }: ThriftView): string {
  if (applicationException !== undefined) return `application exception ${applicationException.typeName}`;
  if (result === undefined) return 'arguments';
  switch (result.kind) {
    case 'success':
      return 'result';
    case 'exception':
      return 'declared exception';
    case 'void':
      return 'result';
    default:
      return result.kind satisfies never;
  }
}
