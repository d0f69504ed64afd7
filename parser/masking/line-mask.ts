/**
 * Values in a line of text: a request-target, the value of a header field. Parameters of URLs, cookies and escaped words are
 * looked at by themselves, unescaped; then the rest of the line as it stands.
 *
 *     /users/ada%40example.org?token=abc;x=1&page=2
 *            ~~~~~~~~~~~~~~~~~       ~~~   ~      ~
 */

import { isSecretPathParameter } from '../sealing/secret-names.ts';
import type { MaskRun, Slot } from './mask-run.ts';
import { escaped, inLine, octetsOf, textOf, unescaped } from './text-octets.ts';

export interface LineForm {
  /** A request-target: what stands instead is escaped. */
  readonly isTarget: boolean;
  /** Slot of the value as a whole. */
  readonly whole: Slot;
  readonly cookies?: 'all' | 'first';
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly octets: string;
}

/** `?name=value` up to the next `&`. */
const PARAMETER = /([?&#])([^?&;=\s#"<>]{1,1024})=([^&\s#"<>]+)/g;
/** The same of what is cut at `;` too, as some servers do, and of parameters of paths. */
const SHORT_PARAMETER = /([?&;#])([^?&;=\s#"<>/]{1,1024})=([^?&;\s#"<>/]+)/g;
const USER_INFO = /\/\/([^/\s?#@"]+)@/g;
const ESCAPED_WORD = /[^\s"<>?&;=#,/]+/g;
const COOKIE = /([^=;]*=)?([^;]*)/g;

/** @param octets as latin1 @returns undefined where nothing changes */
export function maskLine(octets: string, { isTarget, whole, cookies }: LineForm, run: MaskRun): string | undefined {
  if (octets === '') return undefined;
  const until = run.firstWhole(whole);
  const pieces: Piece[] = [];
  if (cookies !== undefined) cookiePieces(octets, cookies, run, until, pieces);
  else {
    if (octets.includes('=')) {
      parameterPieces(octets, PARAMETER, run, until, pieces);
      if (octets.includes(';')) parameterPieces(octets, SHORT_PARAMETER, run, until, pieces);
    }
    if (octets.includes('@')) userInfoPieces(octets, run, until, pieces);
    if (octets.includes('%')) wordPieces(octets, run, until, pieces);
  }
  pieces.sort((one, other) => one.start - other.start);
  const encode = isTarget ? escaped : inLine;
  let out = '';
  let at = 0;
  for (const piece of [...pieces, { start: octets.length, end: octets.length, octets: '' }]) {
    out += maskStretch(octets.slice(at, piece.start), at === 0 ? whole : { ...whole, shown: 0 }, encode, run);
    out += piece.octets;
    at = piece.end;
  }
  return out === octets ? undefined : out;
}

function maskStretch(octets: string, slot: Slot, encode: (text: string) => string, run: MaskRun): string {
  const text = textOf(octets);
  const masked = run.mask(text, slot, (value) => textOf(encode(value)));
  return masked === undefined ? octets : octetsOf(masked.text, octets);
}

function parameterPieces(octets: string, form: RegExp, run: MaskRun, until: number, pieces: Piece[]): void {
  for (const { 0: found, 1: before, 2: name = '', 3: value = '', index } of octets.matchAll(form)) {
    const query = unescaped(name, true).toLowerCase();
    const secret = run.names.isSecret(query) || (before === ';' && isSecretPathParameter(query));
    // A whole value that is none to the rules may still be several.
    addPiece(index + found.length - value.length, value, { query, secret }, run, until, pieces, true);
  }
}

function userInfoPieces(octets: string, run: MaskRun, until: number, pieces: Piece[]): void {
  for (const { 1: value = '', index } of octets.matchAll(USER_INFO)) {
    addPiece(index + 2, value, { secret: true }, run, until, pieces, false);
  }
}

function wordPieces(octets: string, run: MaskRun, until: number, pieces: Piece[]): void {
  for (const { 0: word, index } of octets.matchAll(ESCAPED_WORD)) {
    if (word.includes('%')) addPiece(index, word, {}, run, until, pieces, false);
  }
}

function cookiePieces(octets: string, which: 'all' | 'first', run: MaskRun, until: number, pieces: Piece[]): void {
  for (const { 0: found, 1: name = '', 2: value = '', index } of octets.matchAll(COOKIE)) {
    if (found === '') continue;
    const start = index + name.length + (value.length - value.trimStart().length);
    const cookie = name.replace('=', '').trim().toLowerCase();
    addPiece(start, value.trim(), { cookie, secret: true }, run, until, pieces, false);
    if (which === 'first') return;
  }
}

/** Where a rule takes it, and none of it is taken yet. */
function addPiece(
  start: number,
  octets: string,
  slot: Slot,
  run: MaskRun,
  until: number,
  pieces: Piece[],
  plusIsSpace: boolean,
): void {
  const end = start + octets.length;
  if (octets === '' || pieces.some((piece) => piece.start < end && piece.end > start)) return;
  const masked = run.mask(unescaped(octets, plusIsSpace), slot, undefined, until);
  if (masked === undefined) return;
  pieces.push({ start, end, octets: masked.changed ? escaped(masked.text) : octets });
}
