/** Capture source: the package `cap` in a child process, for where libpcap cannot be loaded through FFI (see cap-child.ts). */

import type { CapTask } from './cap-task.ts';
import { CaptureChild } from './capture-child.ts';
import { KERNEL_BUFFER_BYTES, type LiveCaptureSpec } from './capture-spec.ts';

/** Stamped on reading, a little late; what the kernel drops is not known. Packets over 65,535 bytes are cut. */
export class CapCaptureSource extends CaptureChild {
  constructor(spec: LiveCaptureSpec) {
    const task: CapTask = {
      interface: spec.interface,
      filter: spec.filter,
      kernelBufferBytes: spec.kernelBufferBytes ?? KERNEL_BUFFER_BYTES,
    };
    super({
      name: `interface ${spec.interface} through cap`,
      capabilities: { timestamps: 'reader', dropCounts: false, live: true },
      entry: 'cap-child',
      task,
    });
  }
}
