/** tcpdump beside our capture, as an independent witness of what was on the wire. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface PacketWitness {
  /** Ends the capture; what it saw, counted by tcpdump itself. */
  stop(): Promise<{ packets: number; payloadBytes: number }>;
}

/** A packet that was captured is in the file within a few ms in immediate mode. */
const SETTLING_MS = 100;

/** Captures TCP packets of a port on the loopback interface into a file. */
export async function witnessPackets(port: number, path: string): Promise<PacketWitness> {
  // Without immediate mode tcpdump forgets what the kernel still holds when it is interrupted; with it the kernel's
  // buffer is cut into slots of one snap length each, so the length is bounded and the buffer large.
  const args = ['-i', 'lo', '-U', '--immediate-mode', '-s', '65535', '-B', '262144', '-w', path, `tcp port ${port}`];
  const child = spawn('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('listening on')) resolve();
    });
    ended.then(() => reject(new Error(`tcpdump ended: ${said}`)), reject);
  });
  return {
    async stop() {
      await settled(path);
      child.kill('SIGINT');
      await ended;
      return countPackets(path);
    },
  };
}

/** Resolves when the file has not grown for a while. */
async function settled(path: string): Promise<void> {
  for (let before = -1, size = 0; size !== before; size = (await stat(path)).size) {
    before = size;
    await delay(SETTLING_MS);
  }
}

async function countPackets(path: string): Promise<{ packets: number; payloadBytes: number }> {
  const { stdout } = await promisify(execFile)('tcpdump', ['-nn', '-t', '-r', path], { maxBuffer: 1 << 30 });
  const lengths = [...stdout.matchAll(/^IP6? .*?length (\d+)/gm)].map(([, length]) => Number(length));
  return { packets: lengths.length, payloadBytes: lengths.reduce((sum, length) => sum + length, 0) };
}
