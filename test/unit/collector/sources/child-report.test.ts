import { expect, test } from 'vitest';
import { type ChildReport, ReportReader } from '../../../../collector/sources/child-report.ts';

const REPORTS: readonly ChildReport[] = [
  { kind: 'started', interface: 'lo', linkType: 1, snapLengthBytes: 262_144, filter: 'tcp port 80' },
  { kind: 'statistics', received: 10, dropped: 1, droppedByInterface: 0 },
  { kind: 'failed', code: 'CAPTURE_FILTER', message: 'a\nb', hint: '', exitCode: 2 },
];

test('reports are the same wherever the text is cut', () => {
  const text = REPORTS.map((report) => `${JSON.stringify(report)}\n`).join('');
  for (let cut = 0; cut <= text.length; cut++) {
    const reader = new ReportReader();
    expect([...reader.push(text.slice(0, cut)), ...reader.push(text.slice(cut))]).toEqual(REPORTS);
  }
});
