/** `--flow`: a flow id, an exchange id, one end as `ip:port`, or both as `ip:port-ip:port`. */
import { BytecopyError, type Flow, type FlowId, formatEndpoint } from '../../core/index.ts';

export type FlowFilter =
  | { readonly kind: 'flow'; readonly id: FlowId }
  /** The flow, and of it what the exchange is made of. */
  | { readonly kind: 'exchange'; readonly id: FlowId; readonly exchangeId: string }
  | { readonly kind: 'ends'; readonly ends: readonly string[] };

const FLOW_ID = /^[0-9a-f]{16}$/;
const EXCHANGE_ID = /^[0-9a-f]{14}-([0-9a-f]{16})-[0-9a-f]{12}-[0-9a-f]{2}$/;
const ENDS = /^([^\s-]+:\d+)(?:-([^\s-]+:\d+))?$/;

/** @throws BytecopyError `USAGE` (exit code 2) when the text is none of them */
export function parseFlowFilter(text: string): FlowFilter {
  if (FLOW_ID.test(text)) return { kind: 'flow', id: text };
  const ofExchange = EXCHANGE_ID.exec(text)?.[1];
  if (ofExchange !== undefined) return { kind: 'exchange', id: ofExchange, exchangeId: text };
  const ends = ENDS.exec(text)
    ?.slice(1)
    .filter((end) => end !== undefined);
  if (ends !== undefined) return { kind: 'ends', ends };
  throw new BytecopyError('USAGE', `"${text}" names no flow`, {
    hint: 'write a flow id, an exchange id, 10.0.0.1:40000, or 10.0.0.1:40000-10.0.0.2:80; addresses of IPv6 in brackets',
    exitCode: 2,
  });
}

export function takesFlow(filter: FlowFilter, flow: Flow): boolean {
  if (filter.kind !== 'ends') return filter.id === flow.id;
  const ends = [formatEndpoint(flow.client), formatEndpoint(flow.server)];
  return filter.ends.every((end) => ends.includes(end));
}
