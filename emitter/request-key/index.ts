/** Keys out of requests: one place for sessions, stickiness and users. */
export { HeadField } from './head-field.ts';
export { MAX_KEY_CHARS, type RequestKey } from './key.ts';
export { requestKeySchema } from './options.ts';
export { compileRequestKey } from './request-key.ts';
