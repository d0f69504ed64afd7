/** One end of a flow. */
export interface Endpoint {
  /** IPv4 dotted or IPv6 in RFC 5952 form. */
  readonly address: string;
  readonly port: number;
}

/** `ip:port`, with brackets around IPv6 (RFC 3986, section 3.2.2). */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
}
