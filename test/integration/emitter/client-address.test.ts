import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Ledger } from '../../../core/index.ts';
import { Replayer } from '../../../emitter/index.ts';
import { exchange, get, RECORDED_FLOW } from '../../support/emitter/recording.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { answer } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';

const PREFACE_BYTES = 28;

test('behind the PROXY protocol a connection carries the requests of one client, said once', async () => {
  /** Of each connection: its client, and the paths that were asked for. */
  const seen: { readonly client: string; readonly paths: string[] }[] = [];
  const server = createServer((socket: Socket) => {
    let bytes = Buffer.alloc(0);
    let connection: (typeof seen)[number] | undefined;
    socket.on('error', () => socket.destroy());
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      if (connection === undefined && bytes.length >= PREFACE_BYTES) {
        connection = { client: [...bytes.subarray(16, 20)].join('.'), paths: [] };
        seen.push(connection);
        bytes = bytes.subarray(PREFACE_BYTES);
      }
      for (let end = bytes.indexOf('\r\n\r\n'); end >= 0; end = bytes.indexOf('\r\n\r\n')) {
        connection?.paths.push(bytes.toString('latin1', 0, end).split(' ')[1] ?? '');
        bytes = bytes.subarray(end + 4);
        socket.write(answer(200));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const exchanges = Array.from({ length: 60 }, (_, index) => {
      const client = { address: `192.0.2.${index % 3}`, port: 40_000 };
      return exchange(get(index), { index, flow: { ...RECORDED_FLOW, client } });
    });
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const replayer = new Replayer(
      { target, runId: 'run', timing: { kind: 'max' }, maxConnections: 2, clientAddress: 'proxy-v2' },
      { clock: SYSTEM_CLOCK, ledger: new Ledger() },
    );
    async function* page() {
      yield await Promise.resolve(exchanges);
    }
    const report = await reportOf(replayer.run(page()));
    expect(report.answered).toBe(60);
    for (const { client, paths } of seen) {
      expect(paths.every((path) => `192.0.2.${Number(path.split('/')[2]) % 3}` === client)).toBe(true);
    }
    expect(seen.flatMap(({ paths }) => paths)).toHaveLength(60);
  } finally {
    server.close();
  }
});
