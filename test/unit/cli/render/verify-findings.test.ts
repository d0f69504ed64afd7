import { expect, test } from 'vitest';
import { renderVerifyFindings } from '../../../../cli/render/verify-findings.ts';

const findings = {
  segments: 0,
  blocks: 2,
  exchanges: 128,
  damaged: 0,
  lostBlocks: 0,
  lostNumbers: [],
  shortSegments: [],
  sound: true,
};

test('a verification that was interrupted does not call the store whole', () => {
  expect(renderVerifyFindings(findings)).toContain('nothing is damaged or lost');
  const text = renderVerifyFindings(findings, false);
  expect(text).not.toContain('or lost');
  expect(text).toContain('nothing is damaged in what was read\ninterrupted');
});
