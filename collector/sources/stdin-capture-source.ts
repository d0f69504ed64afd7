/** Capture source: what another program writes to our standard input, as `tcpdump -w - | bytecopy … --from -`. */
import type { Readable } from 'node:stream';
import {
  BytecopyError,
  type CaptureCapabilities,
  type CaptureSource,
  type CaptureStatistics,
} from '../../core/index.ts';
import { CaptureInput } from './capture-input.ts';
import type { PacketBatches } from './packet-batches.ts';

/** Holds the writer up when the consumer is slow: what it loses then is its own to count. */
export class StdinCaptureSource implements CaptureSource {
  readonly name = 'standard input';
  readonly capabilities: CaptureCapabilities = { timestamps: 'file', dropCounts: false, live: false };
  readonly #stdin: Readable & { readonly isTTY?: boolean };
  readonly #input = new CaptureInput('standard input');

  constructor(stdin: Readable & { readonly isTTY?: boolean }) {
    this.#stdin = stdin;
  }

  /** @throws BytecopyError `CAPTURE_STDIN_TERMINAL` (exit code 2) when it is a terminal */
  started(): Promise<void> {
    if (this.#stdin.isTTY !== true) return Promise.resolve();
    const terminal = new BytecopyError(
      'CAPTURE_STDIN_TERMINAL',
      'a capture is expected on standard input, and it is a terminal',
      {
        hint: "write one to it: tcpdump -w - 'tcp port 80' | bytecopy … --from -",
        exitCode: 2,
      },
    );
    return Promise.reject(terminal);
  }

  async *packets(): PacketBatches {
    await this.started();
    yield* this.#input.packets(this.#stdin);
  }

  statistics(): CaptureStatistics {
    return this.#input.statistics();
  }

  stop(): Promise<void> {
    this.#input.stop();
    // Wakes a reader that waits for bytes.
    this.#stdin.destroy();
    return Promise.resolve();
  }
}
