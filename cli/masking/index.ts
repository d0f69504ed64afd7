/** Masking of what must not be kept: the user's rules, and who masks by them. */
export { type Masking, type OpenedMasker, openMasker, openMasking } from './open-masking.ts';
