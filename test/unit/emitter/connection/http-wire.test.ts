import { expect, test } from 'vitest';
import { HttpWire } from '../../../../emitter/connection/http-wire.ts';
import { InFlight } from '../../../../emitter/connection/in-flight.ts';
import { KeptAnswer } from '../../../../emitter/connection/kept-answer.ts';
import { plannedSend } from '../../../support/emitter/planned-send.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

function wire(requests: number): HttpWire {
  const subject = new HttpWire('http1', new InFlight(requests), new KeptAnswer());
  for (let index = 0; index < requests; index++) subject.begin(plannedSend({ index }));
  return subject;
}

/** What each answer was, and whether the connection can go on after the last. */
function read(subject: HttpWire, ...pieces: readonly string[]): { answers: string[]; keepAlive: boolean | undefined } {
  const answers: string[] = [];
  let keepAlive: boolean | undefined;
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    for (let at = 0; at < bytes.length && !subject.broken; ) {
      at = subject.read(bytes, at, bytes.length);
      if (!subject.done) continue;
      keepAlive = subject.keepAlive && !subject.broken;
      const send = subject.finish();
      answers.push(
        `${send.answer} ${
          Buffer.from(send.response ?? [])
            .toString()
            .split('\r\n\r\n')[1]
        }`,
      );
    }
  }
  return { answers, keepAlive };
}

test('pipelined answers end one by one, however they are cut', () => {
  const whole = OK + OK.replace('200', '404').replace('ok', 'no');
  for (let cut = 1; cut < whole.length; cut++) {
    const seen = read(wire(2), whole.slice(0, cut), whole.slice(cut));
    expect(seen).toEqual({ answers: ['200 ok', '404 no'], keepAlive: true });
  }
});

test('interim answers are not kept', () => {
  expect(read(wire(1), `HTTP/1.1 103 Early Hints\r\n\r\n${OK}`).answers).toEqual(['200 ok']);
});

test('line breaks behind an answer are let pass, other bytes end the connection and not the answer', () => {
  expect(read(wire(1), `${OK}\r\n`)).toEqual({ answers: ['200 ok'], keepAlive: true });
  expect(read(wire(1), `${OK}x`)).toEqual({ answers: ['200 ok'], keepAlive: false });
  expect(read(wire(1), OK + OK)).toEqual({ answers: ['200 ok'], keepAlive: false });
});

test('an answer until the end of the connection is whole when the peer closes', () => {
  const subject = wire(1);
  expect(read(subject, 'HTTP/1.0 200 OK\r\n\r\nto the end').answers).toEqual([]);
  subject.end();
  expect(subject.done).toBe(true);
  expect(subject.keepAlive).toBe(false);
  expect(subject.finish()).toMatchObject({ status: 200, answer: '200', responseByteCount: 29 });
});

test('what is no answer breaks it', () => {
  const subject = wire(1);
  read(subject, '220 ready\r\n');
  expect(subject).toMatchObject({ broken: true, done: false });
});
