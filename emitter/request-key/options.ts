/** A key of requests as an option: of sessions, of stickiness, of users. */
import { z } from 'zod';
import { parseRequestKey, REQUEST_KEYS } from './key-text.ts';

export const requestKeySchema = z
  .string()
  .refine((text) => parseRequestKey(text) !== undefined, `is no key of requests; it is one of ${REQUEST_KEYS}`);
