/**
 * Forms, urlencoded or in parts (RFC 7578). The names of fields are looked at as texts, the values by their names too. A
 * part that is JSON is read as JSON; one that is no text makes the whole form unreadable.
 *
 *     user=ada&mail=ada%40example.org
 *
 *     --b CRLF Content-Disposition: form-data; name="mail" CRLF CRLF ada@example.org CRLF --b-- CRLF
 */
import { fieldEdits, fieldsOf, type HeadEdit, withEdits } from './head-mask.ts';
import { maskJson } from './json-mask.ts';
import { ANYWHERE, type MaskRun, type Slot } from './mask-run.ts';
import { escaped, octetsOf, textOf, unescaped } from './text-octets.ts';

const DISPOSITION_NAME = /(?:^|[;\s])name="?([^";]*)/i;
const BOUNDARY = /boundary="?([^";\s]{1,200})/i;

/** @param octets as latin1 @returns the same where nothing changes */
export function maskForm(octets: string, run: MaskRun): string {
  const fields = octets.split('&');
  let changed = false;
  for (const [i, field] of fields.entries()) {
    const equals = field.indexOf('=');
    const name = equals < 0 ? field : field.slice(0, equals);
    const form = unescaped(name, true).toLowerCase().trim();
    const newName = maskPart(name, ANYWHERE, run);
    const value = equals < 0 ? '' : field.slice(equals + 1);
    const newValue = maskPart(value, { form, secret: isSecret(form, run) }, run);
    if (newName === name && newValue === value) continue;
    changed = true;
    fields[i] = equals < 0 ? newName : `${newName}=${newValue}`;
  }
  return changed ? fields.join('&') : octets;
}

function maskPart(octets: string, slot: Slot, run: MaskRun): string {
  const masked = run.mask(unescaped(octets, true), slot);
  return masked?.changed === true ? escaped(masked.text) : octets;
}

/**
 * @param octets as latin1
 * @param contentType of the message, as sent
 * @returns undefined where it is no such form, or a part of it cannot be read
 */
export function maskMultipart(octets: string, contentType: string, run: MaskRun): string | undefined {
  const boundary = BOUNDARY.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const pieces = octets.split(`--${boundary}`);
  if (pieces.length < 2 || pieces.at(-1)?.startsWith('--') !== true) return undefined;
  for (let i = 1; i < pieces.length - 1; i++) {
    const masked = maskFormPart(pieces[i] as string, run);
    if (masked === undefined) return undefined;
    pieces[i] = masked;
  }
  return pieces.join(`--${boundary}`);
}

/** From behind one boundary to before the next. */
function maskFormPart(octets: string, run: MaskRun): string | undefined {
  const headEnd = octets.indexOf('\r\n\r\n');
  if (!octets.startsWith('\r\n') || headEnd < 0 || !octets.endsWith('\r\n')) return undefined;
  const head = octets.slice(0, headEnd + 2);
  const content = octets.slice(headEnd + 4, -2);
  const fields = fieldsOf(head, 2);
  if (fields === undefined) return undefined;
  const said = (name: string) => {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? '' : head.slice(field.valueStart, field.valueEnd);
  };
  const edits: HeadEdit[] = [];
  fieldEdits(head, 2, run, edits);
  const form = textOf(DISPOSITION_NAME.exec(said('content-disposition'))?.[1] ?? '').toLowerCase();
  const newContent = /^(?:|7bit|8bit|binary)$/i.test(said('content-transfer-encoding'))
    ? maskContent(content, said('content-type').toLowerCase(), { form, secret: isSecret(form, run) }, run)
    : undefined;
  return newContent === undefined ? undefined : `${withEdits(head, edits)}\r\n${newContent}\r\n`;
}

function maskContent(octets: string, contentType: string, slot: Slot, run: MaskRun): string | undefined {
  const text = textOf(octets);
  const isText = !/\0/.test(octets) && (text !== octets || !/[\x80-\xff]/.test(octets));
  if (!isText) return undefined;
  if (contentType.includes('json') && run.firstWhole(slot) === run.rules.length) {
    const masked = maskJson(text, run);
    return masked === undefined ? undefined : octetsOf(masked, octets);
  }
  const masked = run.mask(text, slot);
  return masked === undefined ? octets : octetsOf(masked.text, octets);
}

function isSecret(name: string, run: MaskRun): boolean {
  return run.names.isSecret(name) || run.names.isSecretInBody(name);
}
