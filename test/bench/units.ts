/**
 * Units: what routing costs a send, between changes and while users are held, and what keys of requests cost.
 *
 *     npx tsx test/bench/units.ts
 */
import { compileRequestKey } from '../../emitter/request-key/index.ts';
import { type UnitInput, UnitRouter, unitsSchema } from '../../emitter/units/index.ts';
import { exchange } from '../support/emitter/recording.ts';

const USERS = 1_000_000;
const SENDS = 1_000_000;

function options(hash: UnitInput['hash'], cut: number, version: number) {
  const ranges = [
    { unit: 'north', from: 0, to: cut },
    { unit: 'east', from: cut, to: 66_000 },
    { unit: 'south', from: 66_000, to: 100_000 },
  ];
  return unitsSchema.parse({ user: 'header:X-User', hash, ranges, version });
}

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const users = Array.from({ length: USERS }, (_, at) => `user-${at}`);
const requests = Array.from({ length: 10_000 }, (_, at) =>
  exchange(
    `GET /items/${at} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: recorded/1.0\r\nAccept: */*\r\nX-User: user-${at * 97}\r\n\r\n`,
  ),
);

for (const hash of ['crc32', 'fnv1a', 'murmur3'] as const) {
  for (const phase of ['between changes', 'prepared']) {
    const router = new UnitRouter<number>(options(hash, 33_000, 1));
    if (phase === 'prepared') router.prepare(options(hash, 33_001, 2), 0);
    const pass = () => {
      for (let send = 0; send < SENDS; send++) {
        const user = users[(send * 7_919) % USERS] as string;
        if (router.holds(user)) continue;
        const unit = router.unitOf(user) as string;
        router.began(user, unit);
        router.misrouted(unit, user);
        router.ended(user, send);
      }
    };
    pass();
    console.log(
      `${hash}, ${phase}: ${(cpuMicros(pass) / SENDS).toFixed(2)} µs a send (holds, unitOf, began, misrouted, ended)`,
    );
  }
}

const router = new UnitRouter<number>(options('crc32', 33_000, 1));
const routeAll = () => {
  for (let send = 0; send < SENDS; send++) router.route(requests[send % requests.length] as (typeof requests)[number]);
};
routeAll();
console.log(`route, user from a header: ${(cpuMicros(routeAll) / SENDS).toFixed(2)} µs a request`);

const order = JSON.stringify({
  items: Array.from({ length: 10 }, (_, id) => ({ id, sku: `sku-${id}` })),
  user: { id: 17 },
});
const post = exchange(
  `POST /orders?uid=17&page=2 HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\nContent-Length: ${order.length}\r\n` +
    `Accept: */*\r\nCookie: theme=dark; sid=0a1b2c3d\r\nX-User: ann\r\n\r\n${order}`,
);
for (const text of ['header:X-User', 'cookie:sid', 'query:uid', 'json:user.id']) {
  const keyOf = compileRequestKey(text);
  const keys = () => {
    for (let send = 0; send < 300_000; send++) keyOf(post);
  };
  keys();
  console.log(`${text}: ${(cpuMicros(keys) / 300_000).toFixed(2)} µs a request`);
}
