/** What the config says to the stages of a pipeline. */
import type { AssemblerOptions, CaptureSpec } from '../../collector/index.ts';
import type { ParserOptions } from '../../parser/index.ts';
import type { Config } from '../config/config.ts';

export function parserOptionsOf(config: Config): Partial<ParserOptions> {
  return {
    services: config.services,
    ...(config.traceHeaders === undefined ? {} : { traceHeaders: config.traceHeaders }),
    ...(config.traceFields === undefined ? {} : { traceFields: config.traceFields }),
    ...(config.sessions === undefined ? {} : { sessions: config.sessions }),
    ...(config.origin === undefined ? {} : { origin: config.origin }),
  };
}

/**
 * @param ports servers' ports, beside those that the config names: they decide who is the client where no handshake was seen
 * @param source what is captured from: on an interface only `ports` are asked for, and its filter lets more through
 */
export function assemblerOptionsOf(
  config: Config,
  ports: readonly number[],
  source?: CaptureSpec,
): Partial<AssemblerOptions> {
  const configured = config.services.flatMap(({ port }) => (port === undefined ? [] : [port]));
  return {
    serverPorts: new Set([...ports, ...(config.capture?.ports ?? []), ...configured]),
    ...(source?.kind === 'live' ? { onlyPorts: new Set(ports) } : {}),
    ...(config.overlap === undefined ? {} : { overlapPolicy: config.overlap }),
    ...(config.checksums === undefined ? {} : { checksums: config.checksums }),
  };
}
