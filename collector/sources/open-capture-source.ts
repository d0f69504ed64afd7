/** Capture spec → the source that does it. */
import type { Readable } from 'node:stream';
import type { CaptureSource } from '../../core/index.ts';
import { CapCaptureSource } from './cap-capture-source.ts';
import { type CaptureEngine, type CaptureSpec, DEFAULT_ENGINE, type LiveCaptureSpec } from './capture-spec.ts';
import { CommandCaptureSource } from './command-capture-source.ts';
import { FileCaptureSource } from './file-capture-source.ts';
import { LibpcapCaptureSource } from './libpcap-capture-source.ts';
import { StdinCaptureSource } from './stdin-capture-source.ts';

export interface CaptureSourceDeps {
  /** Read by `stdin` specs. */
  readonly stdin: Readable & { readonly isTTY?: boolean };
}

/** Does no work yet: `started()` or `packets()` begins the capture. */
export function openCaptureSource(spec: CaptureSpec, deps: CaptureSourceDeps = process): CaptureSource {
  switch (spec.kind) {
    case 'live':
      return liveSource(spec, spec.engine ?? DEFAULT_ENGINE);
    case 'file':
      return new FileCaptureSource(spec.path);
    case 'command':
      return new CommandCaptureSource(spec.command);
    case 'stdin':
      return new StdinCaptureSource(deps.stdin);
    default:
      return spec satisfies never;
  }
}

function liveSource(spec: LiveCaptureSpec, engine: CaptureEngine): CaptureSource {
  switch (engine) {
    case 'libpcap':
      return new LibpcapCaptureSource(spec);
    case 'cap':
      return new CapCaptureSource(spec);
    default:
      return engine satisfies never;
  }
}
