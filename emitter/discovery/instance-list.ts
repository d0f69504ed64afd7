/**
 * The text of a file of instances.
 *
 *     # lines                          # YAML: a list, or lists by service
 *     10.0.0.7:8080 weight=3           shop:
 *     10.0.0.8:8080                      - 10.0.0.7:8080 weight=3
 *     [2001:db8::7]:8080                 - { host: 10.0.0.8, port: 8080, weight: 1 }
 */
import type { ServiceInstance } from '../../core/index.ts';
import { checkInstance, parseInstance } from './instance.ts';

const MAX_INSTANCES = 10_000;

/**
 * @param text one instance a line; what follows a `#` is a remark
 * @returns a text that says what is wrong with it
 */
export function parseInstanceLines(text: string): readonly ServiceInstance[] | string {
  const instances: ServiceInstance[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const said = line.replace(/#.*$/, '').trim();
    if (said === '') continue;
    const instance = parseInstance(said);
    if (typeof instance === 'string') return `line ${at + 1}: ${instance}`;
    instances.push(instance);
    if (instances.length > MAX_INSTANCES) return `more than ${MAX_INSTANCES} instances`;
  }
  return instances;
}

/**
 * @param document a list of instances, or an object of such lists by service
 * @param service which list of several; may be undefined where there is one
 * @returns a text that says what is wrong with it
 */
export function instancesOfDocument(
  document: unknown,
  service: string | undefined,
): readonly ServiceInstance[] | string {
  if (document === null || document === undefined) return [];
  if (Array.isArray(document)) return instancesOfList(document);
  if (typeof document !== 'object') return 'neither a list of instances nor lists by service';
  const lists = Object.entries(document);
  const named = lists.map(([name]) => name).join(', ');
  const found = service === undefined ? lists[0] : lists.find(([name]) => name === service);
  if (service === undefined && lists.length > 1) return `it holds several services, and none is named: ${named}`;
  if (found === undefined)
    return service === undefined ? [] : `it holds no service ${service}: ${named || 'none at all'}`;
  const [name, list] = found;
  if (list === null) return [];
  return Array.isArray(list) ? instancesOfList(list) : `${name}: not a list of instances`;
}

function instancesOfList(list: readonly unknown[]): readonly ServiceInstance[] | string {
  if (list.length > MAX_INSTANCES) return `more than ${MAX_INSTANCES} instances`;
  const instances: ServiceInstance[] = [];
  for (const [at, entry] of list.entries()) {
    const instance = typeof entry === 'string' ? parseInstance(entry) : instanceOfEntry(entry);
    if (typeof instance === 'string') return `entry ${at + 1}: ${instance}`;
    instances.push(instance);
  }
  return instances;
}

function instanceOfEntry(entry: unknown): ServiceInstance | string {
  const shown = JSON.stringify(entry);
  if (typeof entry !== 'object' || entry === null) return `${shown} is no instance`;
  const { host, port, weight = 1, ...others } = entry as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `${shown}: there is no ${unknown}; an instance has host, port and weight`;
  if (typeof host !== 'string' || !/^[^\s[\]/@?#]+$/.test(host)) return `${shown} has no host`;
  return checkInstance(shown, host, Number(port), typeof weight === 'number' ? weight : Number.NaN);
}
