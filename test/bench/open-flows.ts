/**
 * Memory of flows that are open at once: `node --expose-gc --import tsx test/bench/open-flows.ts [flows]`.
 *
 * Every flow has its handshake and the first 200 bytes of a request head behind it, so that collector and parser both
 * remember something of it. Packets are made one at a time; what is left after a collection is theirs.
 */
import { cpus } from 'node:os';
import { StreamAssembler } from '../../collector/index.ts';
import { Ledger } from '../../core/index.ts';
import { ExchangeParser } from '../../parser/index.ts';
import { conversation } from '../support/packets/index.ts';

const flows = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 100_000);
const HEAD = `GET /items/1 HTTP/1.1\r\nHost: shop\r\nX-Pad: ${'x'.repeat(157)}`;
const PORTS_PER_CLIENT = 20_000;

function megabytes(): { readonly rss: number; readonly heap: number; readonly buffers: number } {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss: rss / 1e6, heap: heapUsed / 1e6, buffers: arrayBuffers / 1e6 };
}

const ledger = new Ledger();
const assembler = new StreamAssembler({ maxFlows: flows, serverPorts: new Set([80]) }, { ledger });
const parser = new ExchangeParser({ maxFlows: flows }, { ledger });
const before = megabytes();
for (let i = 0; i < flows; i++) {
  const client = `10.0.${Math.floor(i / PORTS_PER_CLIENT)}.1:${20_000 + (i % PORTS_PER_CLIENT)}`;
  const said = conversation({ client, clientIsn: i * 7919, serverIsn: i * 104_729, acks: false, startAt: 1.7e15 + i });
  parser.pushAll(assembler.pushAll(said.handshake().client(HEAD).packets));
}
const after = megabytes();
const open = ledger.fact('flows') - ledger.fact('flows-evicted');
const [cpu] = cpus();
console.log(`machine: ${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.version}`);
parser.tick(0);
assembler.tick(0);
console.log(`flows open: ${open}, ${HEAD.length} bytes of a request head each`);
console.log(`RSS ${after.rss.toFixed(0)} MB (before ${before.rss.toFixed(0)} MB)`);
console.log(
  `a flow: ${(((after.heap - before.heap) * 1e6) / flows).toFixed(0)} B of heap, ${(((after.buffers - before.buffers) * 1e6) / flows).toFixed(0)} B of buffers`,
);
