/** Capture source: libpcap in a child process, which alone needs the privilege (see libpcap-child.ts). */
import { CaptureChild } from './capture-child.ts';
import { KERNEL_BUFFER_BYTES, type LiveCaptureSpec, PROMPT_MS, SNAP_LENGTH_BYTES } from './capture-spec.ts';
import type { LibpcapTask } from './libpcap-task.ts';

/** Stamped by the kernel; knows what the kernel dropped. */
export class LibpcapCaptureSource extends CaptureChild {
  constructor(spec: LiveCaptureSpec) {
    const task: LibpcapTask = {
      interface: spec.interface,
      filter: spec.filter,
      snapLengthBytes: spec.snapLengthBytes ?? SNAP_LENGTH_BYTES,
      kernelBufferBytes: spec.kernelBufferBytes ?? KERNEL_BUFFER_BYTES,
      latencyMs: spec.latencyMs ?? PROMPT_MS,
    };
    super({
      name: `interface ${spec.interface}`,
      capabilities: { timestamps: 'kernel', dropCounts: true, live: true },
      entry: 'libpcap-child',
      task,
    });
  }
}
