/** One instance as text, in lists, and as a target: `10.0.0.7:8080 weight=3`. */
import { isIPv6 } from 'node:net';
import type { ServiceInstance } from '../../core/index.ts';

const MAX_WEIGHT = 1_000_000;
const FORM = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/@?#]+)):(\d{1,5})(?:\s+weight=(\S+))?$/i;

/** @returns a text that says what is wrong with it */
export function parseInstance(text: string): ServiceInstance | string {
  const [, bracketed, plain, portText = '', weightText = '1'] = FORM.exec(text.trim()) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return `"${text}" is not host:port or host:port weight=N`;
  if (bracketed !== undefined && !isIPv6(bracketed)) return `"${text}": ${bracketed} is no IPv6 address`;
  return checkInstance(
    `"${text}"`,
    host,
    Number(portText),
    /^\d*\.?\d+$/.test(weightText) ? Number(weightText) : Number.NaN,
  );
}

/**
 * @param shown how messages name it
 * @returns a text that says what is wrong with it
 */
export function checkInstance(shown: string, host: string, port: number, weight: number): ServiceInstance | string {
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) return `${shown}: ports are 1 to 65535`;
  if (!(weight === 0 || (weight >= 0.001 && weight <= MAX_WEIGHT)))
    return `${shown}: a weight is 0, or from 0.001 to 1,000,000`;
  return { host, port, weight };
}

/** `host:port`, IPv6 in brackets. */
export function instanceName({ host, port }: ServiceInstance): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** As a pool has its targets. */
export function instanceTarget(instance: ServiceInstance, scheme: string): { to: string; weight: number } {
  return { to: `${scheme}://${instanceName(instance)}`, weight: instance.weight };
}

/** Sorted, the first of each name. */
export function sortInstances(instances: readonly ServiceInstance[]): readonly ServiceInstance[] {
  const byName = new Map<string, ServiceInstance>();
  for (const instance of instances) {
    const name = instanceName(instance);
    if (!byName.has(name)) byName.set(name, instance);
  }
  return [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, instance]) => instance);
}

/** @param one @param other both sorted */
export function sameInstances(one: readonly ServiceInstance[], other: readonly ServiceInstance[]): boolean {
  return (
    one.length === other.length &&
    one.every((instance, at) => {
      const { host, port, weight } = other[at] as ServiceInstance;
      return instance.host === host && instance.port === port && instance.weight === weight;
    })
  );
}
