/**
 * Names within a cluster.
 *
 *   bytecopy~live~20261121t100000z           index of a segment of the live store
 *   bytecopy~live~20261121t100000z.bulk      of a retention group
 *   bytecopy~area.pin-a~20261121t100000z      of a segment of the area `pin-a`
 *   bytecopy~live                            template of the live store's indices
 *   bytecopy-live                            alias of all of them, for people who look
 *
 * Elasticsearch takes lower case only: a capital becomes `!` and its small letter. Neither `~` nor `!` is in an area.
 */
import { parseSegment, type Segment } from '../../core/index.ts';

export class IndexNames {
  readonly template: string;
  readonly alias: string;
  /** Matches the indices of the area and no other's. */
  readonly pattern: string;

  constructor(prefix: string, area: string) {
    const place = area === '' ? 'live' : `area.${area.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`)}`;
    this.template = `${prefix}~${place}`;
    this.alias = `${prefix}-${place}`;
    this.pattern = `${this.template}~*`;
  }

  ofSegment(segment: Segment): string {
    return `${this.template}~${segment.toLowerCase()}`;
  }

  /** Undefined for an index that is none of ours. */
  toSegment(index: string): Segment | undefined {
    if (!index.startsWith(`${this.template}~`)) return undefined;
    const name = index.slice(this.template.length + 1);
    const segment = name.slice(0, 16).toUpperCase() + name.slice(16);
    return parseSegment(segment) === undefined ? undefined : segment;
  }
}
