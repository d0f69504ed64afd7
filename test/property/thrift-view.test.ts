/** The Thrift view against messages that Apache's own writers made. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { viewThriftBody } from '../../parser/index.ts';
import {
  anyStruct,
  apacheMessage,
  framed,
  meshHeader,
  plain,
  theader,
  ttheader,
  type WrittenMessage,
} from '../support/thrift/index.ts';

const anyMessage: fc.Arbitrary<WrittenMessage> = fc.record({
  name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,20}$/),
  kind: fc.constantFrom(1, 2, 3, 4),
  sequenceId: fc.integer(),
  body: anyStruct(),
});

const WRAPPINGS: Readonly<Record<string, (payload: Buffer) => Buffer>> = {
  unframed: (payload) => payload,
  framed,
  theader: (payload) => theader(payload, { text: { a: 'b' } }),
  'theader, zlib': (payload) => theader(deflateSync(payload), { transforms: [1] }),
  ttheader: (payload) => ttheader(payload, { text: { a: 'b' }, integer: { 9: 'm' } }),
  'ttheader-framed': (payload) => ttheader(framed(payload)),
  mesh: (payload) => meshHeader(payload, { a: 'b' }),
  'mesh-framed': (payload) => meshHeader(framed(payload), {}),
};

describe('viewThriftBody', () => {
  for (const encoding of ['binary', 'binary-old', 'compact'] as const) {
    test(`${encoding}: what Apache wrote is what is seen, in every wrapping`, () => {
      fc.assert(
        fc.property(anyMessage, fc.constantFrom(...Object.keys(WRAPPINGS)), (message, wrapping) => {
          const payload = apacheMessage(encoding, message);
          const view = viewThriftBody((WRAPPINGS[wrapping] as (payload: Buffer) => Buffer)(payload));
          expect(view).toMatchObject({ encoding, method: message.name, sequenceId: message.sequenceId, problems: [] });
          expect(plain(view.body)).toEqual(message.body);
          expect(view.transport).toBe(wrapping.split(',')[0]);
        }),
      );
    });

    test(`${encoding}: a cut message gives a problem and what was read before it`, () => {
      fc.assert(
        fc.property(anyMessage, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (message, share) => {
          const payload = apacheMessage(encoding, message);
          const view = viewThriftBody(payload.subarray(0, Math.floor(payload.length * share)));
          expect(view.problems.length).toBeGreaterThan(0);
          expect(view.body.fields.length).toBeLessThanOrEqual(message.body.fields.length);
        }),
      );
    });
  }

  test('no bytes throw', () => {
    const begun = fc.constantFrom('', '80010001', '8221', '00000040', '000000400fff', '0000004010000000', 'ffaf', '5b');
    fc.assert(
      fc.property(begun, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        viewThriftBody(Buffer.concat([Buffer.from(start, 'hex'), rest]));
      }),
      { numRuns: 2000 },
    );
  });

  test('a message with octets flipped never throws', () => {
    fc.assert(
      fc.property(
        anyMessage,
        fc.constantFrom('binary' as const, 'compact' as const, 'json' as const),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
        (message, encoding, flips) => {
          const bytes = ttheader(apacheMessage(encoding, message), { text: { a: 'b' }, integer: { 1: 'x' } });
          for (const [at, octet] of flips) bytes[at % bytes.length] = octet;
          viewThriftBody(bytes);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
