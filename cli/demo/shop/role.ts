/** What one process of the shop is; travels to it as JSON in its first argument. */
import type { FrontBuild } from './front.ts';

interface Listening {
  /** Loopback port to listen on; 0, the default, picks a free one. */
  readonly port?: number;
}

export type ShopRole = Listening &
  (
    | { readonly role: 'catalogue'; readonly seed: number }
    | { readonly role: 'front'; readonly build: FrontBuild; readonly catalogueUrl: string; readonly seed: number }
  );

/** The line a process prints once it listens. */
export interface ListeningLine {
  readonly port: number;
}
