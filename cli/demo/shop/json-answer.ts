import type { IncomingMessage, ServerResponse } from 'node:http';

/** Longest request body that the shop reads, in bytes. */
const MAX_BODY_BYTES = 64 * 1024;

/** Answers with JSON and a length. */
export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  answerText(response, status, `${JSON.stringify(value)}\n`);
}

/** Answers with text that is JSON already. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

/** @returns the parsed body; undefined where it is too long or is not JSON */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    return undefined;
  }
}
