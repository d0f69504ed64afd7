/** What a key of a request is. */
import type { RecordedRequest } from '../request/recorded-request.ts';

/** Longer keys are cut. */
export const MAX_KEY_CHARS = 256;

/** At most {@link MAX_KEY_CHARS} characters, empty where the request has none; never throws, whatever the bytes. */
export type RequestKey = (recorded: RecordedRequest) => string;
