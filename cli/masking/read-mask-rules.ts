/** The file of `--mask-rules`: YAML of the form of the key `masking`. */
import { readFileSync } from 'node:fs';
import { BytecopyError } from '../../core/index.ts';
import { whyUnreadable } from '../config/config.ts';
import type { MaskingConfig } from './masking-config.ts';

/** @throws BytecopyError `MASK_RULES_UNREADABLE`, `MASK_RULES_INVALID` (exit code 2) naming path and fault */
export async function readMaskRules(file: string): Promise<MaskingConfig> {
  const text = textOf(file);
  const { parse } = await import('yaml');
  const { maskingSchema } = await import('./masking-config.ts');
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw invalid(file, (cause as Error).message.split('\n', 1)[0]?.replace(/:$/, '') ?? '', cause);
  }
  const result = maskingSchema.safeParse(document ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue?.path.join('.') || 'document';
  throw invalid(file, `${at}: ${issue?.message}`, result.error);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BytecopyError('MASK_RULES_UNREADABLE', `mask rules ${file}: ${whyUnreadable(cause)}`, {
      hint: 'it holds rules and sets, as the key masking of the config file',
      exitCode: 2,
      cause,
    });
  }
}

function invalid(file: string, fault: string, cause: unknown): BytecopyError {
  return new BytecopyError('MASK_RULES_INVALID', `mask rules ${file}: ${fault}`, {
    hint: "it holds rules such as - { name: user, where: { json: '$.user.id' }, action: hash }, and sets: [credentials, cards, emails, phones]",
    exitCode: 2,
    cause,
  });
}
