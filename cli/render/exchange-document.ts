/** One exchange in full as a JSON line: the fields of every exchange line, and both messages with head and body. */
import { type Exchange, type Message, messageBytes } from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { keptHeadByteCount, parseHead, readBodyText, type ThriftNames, viewBody } from '../../parser/index.ts';
import { hideCredential, hideCredentials } from './credentials.ts';
import { carriesThrift, thriftBodyDocument, thriftMessageDocument, withoutThriftCredentials } from './thrift.ts';

/**
 * Heads are text with credentials as placeholders unless `withSecrets`; `body` is as sent, transfer coding included,
 * and `decodedBody` what its `codings` undone give, as far as `bodyProblem` let it; `utf8` where they are text, otherwise
 * `base64`. Thrift messages are wholly body; they and those in HTTP bodies have their tree under `thrift`.
 *
 * @param names for the fields of Thrift messages
 */
export function renderExchangeDocument(exchange: Exchange, withSecrets: boolean, names?: ThriftNames): string {
  const line = JSON.parse(formatExchangeLine(exchange)) as Record<string, unknown>;
  const isThrift = exchange.protocol === 'thrift';
  const side = (of: (message: Message) => unknown, one: Message | undefined) => (one === undefined ? null : of(one));
  const bytes = (one: Message) => (isThrift ? thriftBytes(one, withSecrets) : messageDocument(one, withSecrets));
  const treeOf = isThrift ? thriftMessageDocument : thriftBodyDocument;
  const tree = (one: Message) => treeOf(one, names, withSecrets);
  const { request, response } = exchange;
  return JSON.stringify({
    ...line,
    request: side(bytes, request),
    response: side(bytes, response),
    masked: exchange.masked,
    ...(isThrift || carriesThrift(exchange)
      ? { thrift: { request: side(tree, request), response: side(tree, response) } }
      : {}),
  });
}

function thriftBytes(message: Message, withSecrets: boolean) {
  const bytes = withSecrets ? messageBytes(message) : withoutThriftCredentials(message);
  return { head: '', ...bodyDocument(Buffer.from(bytes)), ...stateDocument(message) };
}

function messageDocument(message: Message, withSecrets: boolean) {
  const bytes = Buffer.from(messageBytes(message));
  const headEnd = keptHeadByteCount(message);
  const head = bytes.subarray(0, headEnd).toString('latin1');
  return {
    head: withSecrets ? head : hideCredentials(head),
    ...bodyDocument(bytes.subarray(headEnd)),
    ...decodedDocument(message, withSecrets),
    ...stateDocument(message),
  };
}

function decodedDocument(message: Message, withSecrets: boolean) {
  const head = parseHead(message);
  const view = viewBody(message, {}, head.fields);
  const text = readBodyText({ ...view, complete: true });
  return {
    decodedBody: text?.text ?? Buffer.from(view.bytes).toString('base64'),
    decodedEncoding: text === undefined ? 'base64' : 'utf8',
    codings: view.codings,
    mediaType: view.mediaType,
    charset: view.charset,
    bodyProblem: view.problem ?? null,
    trailers: head.trailers.map(({ name, value }) => ({
      name,
      value: withSecrets ? value : hideCredential(name, value),
    })),
  };
}

function stateDocument({ complete, truncated, missing }: Message) {
  return { complete, truncated, missing };
}

function bodyDocument(body: Buffer): { body: string; bodyEncoding: 'utf8' | 'base64' } {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), bodyEncoding: 'utf8' };
  } catch {
    return { body: body.toString('base64'), bodyEncoding: 'base64' };
  }
}
