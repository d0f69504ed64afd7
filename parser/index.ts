/** Bytes to messages to exchanges, pure: no socket, no file, no clock. */
export type { ParserEvent } from './events.ts';
export { ExchangeParser, type ExchangeParserDeps } from './exchange-parser.ts';
export { REPLAY_MARKER_HEADER } from './http1/replay-marker.ts';
export {
  type RequestEdits,
  RequestRewriter,
  type RewritableRequest,
  rewriteRequest,
} from './http1/request-rewriter.ts';
export {
  type FramedResponse,
  MAX_RESPONSE_HEAD_BYTES,
  ResponseFramer,
  type ResponseHandler,
} from './http1/response-framer.ts';
export { isReadOnlyVerb } from './http1/verbs.ts';
export { DEFAULT_PARSER_OPTIONS, type ParserOptions, type ServiceEntry } from './options.ts';
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
