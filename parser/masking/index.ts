/** What must not be kept, taken out of exchanges for good. Loaded by those who have rules. */
export { BearerTokens } from './finders/bearer-tokens.ts';
export { CardNumbers } from './finders/card-numbers.ts';
export { EmailAddresses } from './finders/email-addresses.ts';
export { PhoneNumbers } from './finders/phone-numbers.ts';
export { Masker, type MaskerOptions } from './masker.ts';
export type { FoundText, MaskAction, MaskPlace, MaskRule, TextFinder } from './masking-rule.ts';
export { UNPARSABLE } from './masking-rule.ts';
export { openEncrypted } from './value-changer.ts';
