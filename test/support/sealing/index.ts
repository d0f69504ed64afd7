export { RING, sealingCutter } from './keys.ts';
