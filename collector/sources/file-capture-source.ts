/** Capture source: a pcap or pcapng file, gzipped or not. */
import type { CaptureCapabilities, CaptureSource, CaptureStatistics } from '../../core/index.ts';
import { CaptureInput } from './capture-input.ts';
import { type FileSlabs, openSlabs } from './file-slabs.ts';
import type { PacketBatches } from './packet-batches.ts';

/** Waits for a slow consumer; memory does not grow with the file. */
export class FileCaptureSource implements CaptureSource {
  readonly name: string;
  readonly capabilities: CaptureCapabilities = { timestamps: 'file', dropCounts: false, live: false };
  readonly #path: string;
  readonly #input: CaptureInput;
  #reading = false;
  #file: Promise<FileSlabs> | undefined;

  constructor(path: string) {
    this.name = `file ${path}`;
    this.#path = path;
    this.#input = new CaptureInput(path);
  }

  async started(): Promise<void> {
    await this.#open();
  }

  async *packets(): PacketBatches {
    if (this.#input.stopped) return;
    const file = await this.#open();
    this.#reading = true;
    try {
      yield* this.#input.packets(file.slabs);
    } finally {
      this.#reading = false;
      await file.close();
    }
  }

  statistics(): CaptureStatistics {
    return this.#input.statistics();
  }

  async stop(): Promise<void> {
    this.#input.stop();
    const file = await this.#file?.catch(() => undefined);
    if (file === undefined) return;
    file.stop();
    if (!this.#reading) await file.close();
  }

  #open(): Promise<FileSlabs> {
    this.#file ??= openSlabs(this.#path);
    return this.#file;
  }
}
