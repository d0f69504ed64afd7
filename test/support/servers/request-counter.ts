/** A server that reads requests without body, answers each at once, and keeps nothing but how many there were, unless told. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const END = '\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

export interface RequestCounter {
  readonly url: string;
  readonly requests: () => number;
  readonly connections: () => number;
  /** From now on, this is what it answers. */
  say(answer: string): void;
  stop(): Promise<void>;
}

/** @param onHead gets the head of each request, before it is answered */
export async function startRequestCounter(onHead?: (head: string) => void): Promise<RequestCounter> {
  const sockets = new Set<Socket>();
  let requests = 0;
  let connections = 0;
  let answer = ANSWER;
  const server = createServer({ noDelay: true }, (socket) => {
    let text = '';
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      let answers = '';
      for (let end = text.indexOf(END); end >= 0; end = text.indexOf(END)) {
        onHead?.(text.slice(0, end + END.length));
        text = text.slice(end + END.length);
        requests++;
        answers += answer;
      }
      if (answers !== '') socket.write(answers);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    connections: () => connections,
    say(text) {
      answer = text;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
