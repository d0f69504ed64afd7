/** What to capture, as a value: what `-i`, `--from` and a capture plan come down to. */
import type { ByteCount, Millis } from '../../core/index.ts';

export type CaptureEngine = 'libpcap' | 'cap';

export interface LiveCaptureSpec {
  readonly kind: 'live';
  /** Name of an interface, or `any` for all of them at once. */
  readonly interface: string;
  /** Filter expressions, widest first: the first that compiles on this link type is used (see `captureFilter`). */
  readonly filter: readonly string[];
  /** {@link DEFAULT_ENGINE} where absent. */
  readonly engine?: CaptureEngine;
  /** Most bytes kept of one packet; {@link SNAP_LENGTH_BYTES} where absent. `cap` always keeps 65,535. */
  readonly snapLengthBytes?: ByteCount;
  /** Size of the kernel's buffer; {@link KERNEL_BUFFER_BYTES} where absent. */
  readonly kernelBufferBytes?: ByteCount;
  /** How long packets may be gathered before they are handed over; {@link PROMPT_MS} where absent. libpcap only. */
  readonly latencyMs?: Millis;
}

export interface FileCaptureSpec {
  readonly kind: 'file';
  readonly path: string;
}

export interface CommandCaptureSpec {
  readonly kind: 'command';
  /** A shell command that writes a capture to its standard output. */
  readonly command: string;
}

export interface StdinCaptureSpec {
  readonly kind: 'stdin';
}

export type CaptureSpec = LiveCaptureSpec | FileCaptureSpec | CommandCaptureSpec | StdinCaptureSpec;

/**
 * libpcap: under wrk at full load it loses nothing and hands a lone packet over after 2 ms; `cap` is as prompt, loses a
 * tenth, counts no loss and costs several times the CPU; tcpdump is late or loses more (test/bench/capture.ts).
 */
export const DEFAULT_ENGINE: CaptureEngine = 'libpcap';

/** libpcap's own maximum: segments merged by GRO or not yet cut by TSO are longer than any MTU, beyond 64 KiB with BIG TCP. */
export const SNAP_LENGTH_BYTES: ByteCount = 262_144;

/**
 * Kernel ring of a live capture. libpcap cuts it into blocks of one snap length, and the kernel closes a block every
 * 2 to 4 ms however full: 256 blocks are at least half a second during which we may not be scheduled, at any rate.
 */
export const KERNEL_BUFFER_BYTES: ByteCount = 64 * 1024 * 1024;

/** At once: for mirrors. */
export const PROMPT_MS: Millis = 1;

/**
 * For captures that nobody waits for: at 10,000 exchanges/s handing over what 20 ms brought took 6 to 20 % less CPU than
 * handing over every millisecond (pairs of runs in turn). The kernel buffer holds many times as much.
 */
export const GATHERED_MS: Millis = 20;
