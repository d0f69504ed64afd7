/** Bytes to messages to exchanges, pure: no socket, no file, no clock. */
export { isEncrypted } from './detection/encrypted.ts';
export type { ParserEvent } from './events.ts';
export { ExchangeParser, type ExchangeParserDeps } from './exchange-parser.ts';
export { REPLAY_MARKER_HEADER } from './http1/replay-marker.ts';
export {
  type FramedResponse,
  MAX_RESPONSE_HEAD_BYTES,
  ResponseFramer,
  type ResponseHandler,
} from './http1/response-framer.ts';
export type { QueryEdits, RequestEdits } from './http1/rewriting/request-edits.ts';
export { RequestRewriter, type RewritableRequest, rewriteRequest } from './http1/rewriting/request-rewriter.ts';
export { isReadOnlyVerb } from './http1/verbs.ts';
export { type BodyText, readBodyText } from './http1/view/body-text.ts';
export { type BodyProblem, type BodyView, type BodyViewOptions, viewBody } from './http1/view/body-view.ts';
export { readFramedBody } from './http1/view/framed-body.ts';
export {
  type HeadView,
  type NoHead,
  parseHead,
  type RequestHead,
  type ResponseHead,
} from './http1/view/head-view.ts';
export { type HeaderField, headerValues } from './http1/view/header-field.ts';
export { keptHeadByteCount, type ViewableMessage } from './http1/view/message-bytes.ts';
export { EVERY, type JsonStep, jsonPathProblem, parseJsonPath } from './json/json-path.ts';
export { latin1 } from './latin1.ts';
export { loadMasking } from './masking/load-masking.ts';
export type { Masker, MaskerOptions } from './masking/masker.ts';
export type { FoundText, MaskAction, MaskPlace, MaskRule, TextFinder } from './masking/masking-rule.ts';
export { UNPARSABLE } from './masking/masking-rule.ts';
export { serialiseRequest } from './message/serialise-request.ts';
export {
  DEFAULT_PARSER_OPTIONS,
  type ParserOptions,
  SERVICE_PROTOCOLS,
  SESSION_CHOICES,
  type ServiceEntry,
  type ServiceProtocol,
  type SessionChoice,
} from './options.ts';
export { queryViews } from './query-views.ts';
export { SecretCutter, type SecretCutterOptions } from './sealing/secret-cutter.ts';
export { type SecretNameOptions, SecretNames, shownSchemeLength } from './sealing/secret-names.ts';
export { type UnsealedExchange, unsealExchange } from './sealing/unseal-exchange.ts';
export { ValueSealer } from './sealing/value-sealer.ts';
export type { IdlDocument } from './thrift/idl/idl-document.ts';
export { type NamedField, type NamedType, ThriftNames } from './thrift/idl/thrift-names.ts';
export type { ThriftScalar } from './thrift/rewriting/encode-scalar.ts';
export { locateSequenceIds } from './thrift/rewriting/locate-sequence.ts';
export {
  type FieldEdit,
  type RewrittenThrift,
  rewriteThrift,
  type ThriftEdits,
  type ThriftRewriteProblem,
} from './thrift/rewriting/thrift-rewriter.ts';
export { type FramedReply, MAX_REPLY_HEAD_BYTES, type ReplyHandler, ThriftFramer } from './thrift/thrift-framer.ts';
export { bodyType, thriftDocument, thriftTypeText } from './thrift/view/thrift-document.ts';
export { hasThriftHeader } from './thrift/view/thrift-headers.ts';
export type {
  ThriftField,
  ThriftList,
  ThriftMap,
  ThriftStruct,
  ThriftTypeName,
  ThriftValue,
} from './thrift/view/thrift-value.ts';
export {
  type ApplicationException,
  isThriftContentType,
  type ThriftHeader,
  type ThriftKind,
  type ThriftView,
  viewThrift,
  viewThriftBody,
} from './thrift/view/thrift-view.ts';
export { DEFAULT_TRACE_HEADERS } from './trace/trace-headers.ts';
