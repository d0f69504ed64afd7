/** The scenarios of the reassembly against what `tshark -z follow` makes of the same packets. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { conversation, Trace } from '../support/packets/index.ts';
import { testWith } from '../support/requirements.ts';
import { assemble } from '../unit/collector/reassembly/assembled.ts';
import { SCENARIOS } from '../unit/collector/reassembly/scenarios.ts';

const FIRST_PORT = 20_000;
/** More streams than any capture here has; tshark says nothing of those that are not there. */
const STREAMS = SCENARIOS.length * 2;

interface Streams {
  client: string;
  server: string;
}

/** Stream bytes by client port. */
function follow(pcap: Uint8Array): ReadonlyMap<number, Streams> {
  const folder = mkdtempSync(join(tmpdir(), 'bytecopy-follow-'));
  try {
    const file = join(folder, 'scenarios.pcap');
    writeFileSync(file, pcap);
    const each = Array.from({ length: STREAMS }, (_, stream) => ['-z', `follow,tcp,raw,${stream}`]).flat();
    const { stdout, status } = spawnSync('tshark', ['-n', '-q', '-r', file, ...each], { encoding: 'utf8' });
    expect(status).toBe(0);
    return readFollowed(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The last stream comes first; lines of its second node begin with a tab. */
function readFollowed(text: string): ReadonlyMap<number, Streams> {
  const byPort = new Map<number, Streams>();
  for (const block of text.split(/^Follow: /m).reverse()) {
    const [first, second] = [/^Node 0: .*:(\d+)$/m.exec(block)?.[1], /^Node 1: .*:(\d+)$/m.exec(block)?.[1]].map(
      Number,
    );
    const port = Math.max(first ?? 0, second ?? 0);
    if (!(port >= FIRST_PORT)) continue;
    const streams = byPort.get(port) ?? { client: '', server: '' };
    byPort.set(port, streams);
    for (const [, tab, hex = ''] of block.matchAll(/^(\t?)([0-9a-f]+)$/gm)) {
      const fromClient = (tab === '') === (first === port);
      streams[fromClient ? 'client' : 'server'] += Buffer.from(hex, 'hex').toString('latin1');
    }
  }
  return byPort;
}

testWith(['tshark'], 'tshark follows the same bytes, but for differences that are named', () => {
  const traces = SCENARIOS.map(({ packets }, index) => {
    const said = packets((options) => conversation({ client: `10.0.0.1:${FIRST_PORT + index}`, ...options }));
    return said instanceof Trace ? said : said.trace();
  });
  const followed = follow(new Trace([]).followedBy(...traces).pcap());
  const unexplained: unknown[] = [];
  const needless: string[] = [];
  for (const [index, { name, tshark }] of SCENARIOS.entries()) {
    const { client, server } = assemble(traces[index] as Trace);
    const theirs = followed.get(FIRST_PORT + index) ?? { client: '', server: '' };
    const same = theirs.client === client && theirs.server === server;
    if (same && tshark !== undefined) needless.push(name);
    if (!same && tshark === undefined) unexplained.push({ name, ours: { client, server }, theirs });
    if (!same && tshark !== undefined) console.log(`  tshark differs: ${name}: ${tshark}`);
  }
  console.log(`  scenarios ${SCENARIOS.length}, unexplained ${unexplained.length}`);
  expect({ unexplained, needless }).toEqual({ unexplained: [], needless: [] });
});
