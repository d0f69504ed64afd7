/** What keeps stores of one cluster apart: empty for the live store, `pin-NAME` for a pinned recording. */
import { z } from 'zod';

export const areaSchema = z
  .string()
  .regex(/^(?:[a-z0-9][a-z0-9._-]{0,79})?$/i, 'letters, digits, `.`, `_` and `-`, at most 80');
