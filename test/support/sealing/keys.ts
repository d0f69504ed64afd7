/** Keys and nonces for tests that seal: the same in every run. */
import { KEY_BYTES, type KeyRing, NonceSource, toKeyRing, toSecretKey } from '../../../core/index.ts';
import { SecretCutter, type SecretCutterOptions, ValueSealer } from '../../../parser/index.ts';

export const RING: KeyRing = toKeyRing([toSecretKey(new Uint8Array(KEY_BYTES).fill(7))]);

export function sealingCutter(options: SecretCutterOptions = {}): SecretCutter {
  let drawn = 0;
  return new SecretCutter(options, new ValueSealer(RING.current, new NonceSource((bytes) => bytes.fill(++drawn))));
}
