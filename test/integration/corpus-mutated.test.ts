/** Real captures with random bytes flipped: hostile input never throws, and every ledger still adds up. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { renderExchange } from '../../cli/render/index.ts';
import { StreamAssembler } from '../../collector/index.ts';
import { decodeExchange, encodeExchange, Ledger } from '../../core/index.ts';
import { CaptureReader, formatExchangeLine } from '../../formats/index.ts';
import { ExchangeParser, type ParserEvent } from '../../parser/index.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { seededRandom } from '../support/packets/index.ts';
import { testWith } from '../support/requirements.ts';

const SEED = 20_261_121;
/** Behind the file header, which is tested elsewhere and would end most files at once. */
const HEADER_BYTES = 24;

testWith(['corpus'], 'captures with flipped bytes never throw, and their ledgers add up', () => {
  const random = seededRandom(SEED);
  let exchanges = 0;
  for (const { path, file } of readCorpusIndex().filter((row) => /\.pcap(ng)?$/.test(row.file))) {
    const bytes = Buffer.from(readFileSync(path));
    const flips = 1 + Math.floor((random() * bytes.length) / 200);
    for (let flip = 0; flip < flips; flip++) {
      bytes[HEADER_BYTES + Math.floor(random() * (bytes.length - HEADER_BYTES))] = Math.floor(random() * 256);
    }
    const ledger = new Ledger();
    expect(() => {
      exchanges += readAll(bytes, file, ledger);
    }, `${file}, seed ${SEED}`).not.toThrow();
    const { balanced, accounts } = ledger.report();
    expect(balanced, `${file}, seed ${SEED}: ${JSON.stringify(accounts)}`).toBe(true);
  }
  expect(exchanges).toBeGreaterThan(100);
});

/** Through every stage that sees bytes from the wire; @returns how many exchanges came out. */
function readAll(bytes: Uint8Array, file: string, ledger: Ledger): number {
  const reader = new CaptureReader(file);
  const assembler = new StreamAssembler({}, { ledger });
  const parser = new ExchangeParser({}, { ledger });
  let exchanges = 0;
  let at = 0;
  const take = (events: readonly ParserEvent[]) => {
    for (const event of events) {
      if (event.kind !== 'exchange') continue;
      exchanges++;
      formatExchangeLine(event.exchange);
      decodeExchange(encodeExchange(event.exchange));
      renderExchange(event.exchange, { withSecrets: false, color: false });
    }
  };
  for (const packet of reader.push(bytes)) {
    at = Math.max(at, packet.at);
    for (const chunk of assembler.push(packet)) take(parser.push(chunk));
  }
  reader.end();
  for (const chunk of assembler.end(at)) take(parser.push(chunk));
  take(parser.end(at));
  return exchanges;
}
