/** What the config says to the parser. */
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

/** Ports that the config names as servers': they decide who is the client where no handshake was seen. */
export function serverPortsOf(config: Config): readonly number[] {
  return [
    ...(config.capture?.ports ?? []),
    ...config.services.flatMap(({ port }) => (port === undefined ? [] : [port])),
  ];
}
