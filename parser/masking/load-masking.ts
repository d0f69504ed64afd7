/** Masking is loaded by those who have rules: all others start without it. */
export async function loadMasking(): Promise<typeof import('./index.ts')> {
  return await import('./index.ts');
}
