/** Where the fuzzer's inputs come from: captures of the corpus with damage, talk of pieces, and noise in valid packets. */
import { readFileSync } from 'node:fs';
import type { Packet } from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { conversation, seededRandom } from '../support/packets/index.ts';
import { requires } from '../support/requirements.ts';
import { generatedTalk } from './generated-talk.ts';
import { below, type FuzzInput, oneOf, type Random } from './input.ts';
import { mutate } from './mutate-packets.ts';

export interface NamedCapture {
  readonly name: string;
  readonly packets: readonly Packet[];
}

/** The captures of the corpus as packets; none where it is absent. */
export function corpusCaptures(): readonly NamedCapture[] {
  if (!requires('corpus').met) return [];
  return readCorpusIndex().map(({ file, path }) => {
    const reader = new CaptureReader(file);
    const packets = [...reader.push(new Uint8Array(readFileSync(path)))];
    reader.end();
    return { name: file, packets };
  });
}

/** The input of one iteration: the same for the same seed and captures. */
export function inputOf(seed: number, iteration: number, captures: readonly NamedCapture[]): FuzzInput {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ iteration);
  const kind = captures.length > 0 ? below(random, 4) : 2 + below(random, 2);
  if (kind === 0) return damaged(oneOf(random, captures), random);
  if (kind === 1) return spliced(oneOf(random, captures), oneOf(random, captures), random);
  return kind === 2 ? generatedTalk(random) : noise(random);
}

function damaged(capture: NamedCapture, random: Random): FuzzInput {
  const { packets, how } = mutate(capture.packets, random);
  return { name: `${capture.name} with ${how}`, packets };
}

/** Packets of two captures taken in turn, then damaged. */
function spliced(one: NamedCapture, other: NamedCapture, random: Random): FuzzInput {
  const packets: Packet[] = [];
  const [first, second] = [one.packets.slice(0, 500), other.packets.slice(0, 500)];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const fromFirst = j >= second.length || (i < first.length && random() < 0.5);
    packets.push((fromFirst ? first[i++] : second[j++]) as Packet);
  }
  const mutated = mutate(packets, random);
  return { name: `${one.name} between ${other.name} with ${mutated.how}`, packets: mutated.packets };
}

function noise(random: Random): FuzzInput {
  const talk = conversation({ mss: 1 + below(random, 1460) }).handshake();
  for (let turn = below(random, 6); turn >= 0; turn--) {
    const bytes = Uint8Array.from({ length: below(random, 3000) }, () => below(random, 256));
    if (random() < 0.5) talk.client(bytes);
    else talk.server(bytes);
  }
  return { name: 'noise', packets: talk.close().trace().packets };
}
