/** Thrift for tests: values, messages as Apache's writers make them, frames and headers. */
export { apacheMessage, KIND, type WrittenEncoding, type WrittenMessage } from './apache-messages.ts';
export * from './plain-value.ts';
export { framed, type HeaderOptions, meshHeader, theader, ttheader } from './wrapping.ts';
