/** What conditions on headers and bodies look at: the parser's views of the bytes, given by who reads them. */
import type { QuerySubject } from './fields.ts';
import type { MessageSide } from './query.ts';

/** Never throws, whatever the bytes; costs no more than the bytes kept and a bounded decoding. */
export interface QueryViews {
  /** Values of the headers of a name (in lower case) in order; none where there is no such header or no such side. */
  headerValues(subject: QuerySubject, side: MessageSide, name: string): readonly string[];
  /** The body as text, codings undone; empty where there is none. */
  bodyText(subject: QuerySubject, side: MessageSide): string;
}
