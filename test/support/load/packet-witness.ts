/** tcpdump beside our capture, as an independent witness of what was on the wire. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

export interface PacketWitness {
  /** Ends the capture; what it saw, counted by tcpdump itself. */
  stop(): Promise<{ packets: number; payloadBytes: number }>;
}

/** Captures TCP packets of a port on the loopback interface into a file. */
export async function witnessPackets(port: number, path: string): Promise<PacketWitness> {
  const args = ['-i', 'lo', '-U', '-w', path, '-B', '65536', '-Z', 'root', `tcp port ${port}`];
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
      child.kill('SIGINT');
      await ended;
      return countPackets(path);
    },
  };
}

async function countPackets(path: string): Promise<{ packets: number; payloadBytes: number }> {
  const { stdout } = await promisify(execFile)('tcpdump', ['-nn', '-t', '-r', path], { maxBuffer: 1 << 30 });
  const lengths = [...stdout.matchAll(/^IP6? .*?length (\d+)/gm)].map(([, length]) => Number(length));
  return { packets: lengths.length, payloadBytes: lengths.reduce((sum, length) => sum + length, 0) };
}
