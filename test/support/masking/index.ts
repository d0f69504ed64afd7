/** Masks by rules as a user writes them, with fixed keys and nonces. */
import { compileMaskRules } from '../../../cli/masking/compile-rules.ts';
import { type MaskingConfig, maskingSchema } from '../../../cli/masking/masking-config.ts';
import { type Exchange, type Message, messageBytes, NonceSource } from '../../../core/index.ts';
import { loadMasking, type MaskerOptions } from '../../../parser/index.ts';
import { NOON_MICROS } from '../exchanges/index.ts';
import { RING } from '../sealing/index.ts';

export async function maskerOf(masking: unknown, options: Partial<MaskerOptions> = {}) {
  const config: MaskingConfig = maskingSchema.parse(masking);
  const { Masker } = await loadMasking();
  return new Masker({
    rules: await compileMaskRules(config, RING, NOON_MICROS),
    sealer: { ring: RING, nonces: new NonceSource((bytes) => void bytes.fill(7)) },
    raw: config.raw,
    ...options,
  });
}

/** Masked by one rule. */
export async function maskedBy(rule: object, exchange: Exchange, options: Partial<MaskerOptions> = {}) {
  return (await maskerOf({ rules: [{ name: 'rule', ...rule }] }, options)).mask(exchange);
}

export const textOf = (message: Message | undefined): string =>
  message === undefined ? '' : Buffer.from(messageBytes(message)).toString('latin1');
