/** Rewritten Thrift messages are those that Apache's writers would have made of the changed values. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageBytes } from '../../core/index.ts';
import { locateSequenceIds, type RewrittenThrift, rewriteThrift, type ThriftEdits } from '../../parser/index.ts';
import {
  anyStruct,
  apacheMessage,
  framed,
  type HeaderOptions,
  meshHeader,
  type PlainValue,
  theader,
  ttheader,
  type WrittenMessage,
} from '../support/thrift/index.ts';

const anyName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);

const anyMessage: fc.Arbitrary<WrittenMessage> = fc.record({
  name: fc.oneof(
    anyName,
    fc.tuple(anyName, anyName).map(([service, method]) => `${service}:${method}`),
  ),
  kind: fc.constantFrom(1, 2, 3, 4),
  sequenceId: fc.integer(),
  body: anyStruct(2),
});

const anyEncoding = fc.constantFrom('binary' as const, 'binary-old' as const, 'compact' as const);

type Wrap = (payload: Buffer, header: HeaderOptions) => Buffer;

/** What has no header ignores it. */
const PLAIN: Readonly<Record<string, Wrap>> = {
  unframed: (payload) => payload,
  framed: (payload) => framed(payload),
};
const HEADED: Readonly<Record<string, Wrap>> = {
  theader,
  'theader, zlib': (payload, header) => theader(deflateSync(payload), { ...header, transforms: [1] }),
  ttheader,
  'ttheader, framed': (payload, header) => ttheader(framed(payload), header),
  mesh: (payload, { text = {} }) => meshHeader(payload, text),
  'mesh, framed': (payload, { text = {} }) => meshHeader(framed(payload), text),
};
const ALL = { ...PLAIN, ...HEADED };
const anyOf = (wraps: Readonly<Record<string, Wrap>>) => fc.constantFrom(...Object.keys(wraps));
const wrapOf = (name: string) => ALL[name] as Wrap;

function rewritten(bytes: Uint8Array, edits: ThriftEdits): RewrittenThrift | string {
  const half = bytes.length >> 1;
  const parts = [bytes.subarray(0, half), bytes.subarray(half)];
  const result = rewriteThrift({ parts, complete: true, truncated: false }, edits);
  return result.parts === undefined ? result : hex(messageBytes({ parts: result.parts } as never));
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const TEXT = { caller: 'me', 'trace-id': '12' };

describe('rewriteThrift', () => {
  test('setting everything to what it is gives the same bytes', () => {
    fc.assert(
      fc.property(anyMessage, anyEncoding, anyOf(ALL), (message, encoding, name) => {
        const bytes = wrapOf(name)(apacheMessage(encoding, message), { text: TEXT, sequenceId: message.sequenceId });
        const headers: ThriftEdits =
          name in HEADED ? { setHeaders: Object.entries(TEXT), removeHeaders: ['none'] } : {};
        const { sequenceId } = message;
        expect(rewritten(bytes, { ...headers, sequenceId, method: message.name.replace(/.*:/, '') })).toBe(hex(bytes));
      }),
    );
  });

  test('sequence id and names', () => {
    fc.assert(
      fc.property(
        anyMessage,
        anyEncoding,
        anyOf(ALL),
        fc.integer(),
        fc.tuple(fc.oneof(fc.constant(''), anyName), anyName),
        (message, encoding, name, sequenceId, [service, method]) => {
          const wrap = wrapOf(name);
          const before = wrap(apacheMessage(encoding, message), { text: TEXT, sequenceId: 5 });
          const renamed = service === '' ? method : `${service}:${method}`;
          const after = wrap(apacheMessage(encoding, { ...message, name: renamed, sequenceId }), {
            text: TEXT,
            sequenceId,
          });
          expect(rewritten(before, { sequenceId, service, method })).toBe(hex(after));
        },
      ),
    );
  });

  test('header keys set, changed and removed', () => {
    const anyFields = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string({ maxLength: 200 }), {
      maxKeys: 5,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(
        anyMessage,
        anyEncoding,
        anyOf(HEADED),
        anyFields,
        anyFields,
        fc.subarray(['a', 'b', 'c', 'ab']),
        (message, encoding, name, fields, set, remove) => {
          const payload = apacheMessage(encoding, message);
          const bytes = wrapOf(name)(payload, { text: fields });
          const left = Object.fromEntries(Object.entries(fields).filter(([key]) => !remove.includes(key)));
          const after = wrapOf(name)(payload, { text: { ...left, ...set } });
          const edits = { setHeaders: Object.entries(set), removeHeaders: remove };
          expect(rewritten(bytes, edits)).toBe(hex(after));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('octets that lie never throw', () => {
    fc.assert(
      fc.property(
        anyMessage,
        anyEncoding,
        anyOf(ALL),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (message, encoding, name, flips) => {
          const bytes = Buffer.from(wrapOf(name)(apacheMessage(encoding, message), { text: TEXT }));
          for (const [at, octet] of flips) bytes[at % bytes.length] = octet;
          const path = message.body.fields.slice(0, 1).map(({ id }) => id);
          rewritten(bytes, { sequenceId: 9, method: 'm', setFields: [{ path, value: 'text' }] });
          rewritten(bytes, {
            removeHeaders: ['caller'],
            setHeaders: [
              ['trace-id', ''],
              [9, 'x'],
            ],
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a field, wherever it is', () => {
    fc.assert(
      fc.property(anyMessage, anyEncoding, anyOf(ALL), fc.nat(), (message, encoding, name, choice) => {
        const places = scalarsOf(message.body, []);
        const place = places[choice % places.length];
        fc.pre(place !== undefined);
        const before = wrapOf(name)(apacheMessage(encoding, message), { text: TEXT });
        const value = otherValue(place.value);
        const body = replaced(message.body, place.path, value) as WrittenMessage['body'];
        const after = wrapOf(name)(apacheMessage(encoding, { ...message, body }), { text: TEXT });
        const scalar = value.type === 'string' ? value.text : (value as { value: number }).value;
        expect(rewritten(before, { setFields: [{ path: place.path, value: scalar }] })).toBe(hex(after));
      }),
      { numRuns: 500 },
    );
  });
});

/** Writes the id over all places, as a sender does. */
function writtenOver(bytes: Uint8Array, sequenceId: number): Uint8Array {
  const changed = Buffer.from(bytes);
  for (const { offset, byteCount, form } of locateSequenceIds(bytes)?.places ?? []) {
    if (form === 'i32') changed.writeInt32BE(sequenceId, offset);
    else {
      for (let i = 0; i < byteCount; i++) {
        const more = i < byteCount - 1 ? 0x80 : 0;
        changed[offset + i] = ((sequenceId >>> (7 * i)) & 0x7f) | more;
      }
    }
  }
  return changed;
}

/** Another id whose varint is as long. */
function ofEqualLength(sequenceId: number): number {
  return sequenceId ^ 1;
}

describe('locateSequenceIds', () => {
  test('writing over the places is rewriting', () => {
    fc.assert(
      fc.property(anyMessage, anyEncoding, anyOf(ALL), fc.integer(), (message, encoding, name, other) => {
        fc.pre(!name.includes('zlib'));
        const { sequenceId } = message;
        const bytes = wrapOf(name)(apacheMessage(encoding, message), { text: TEXT, sequenceId });
        const next = encoding === 'compact' ? ofEqualLength(sequenceId) : other;
        expect(locateSequenceIds(bytes)?.recorded).toBe(sequenceId);
        expect(hex(writtenOver(bytes, next))).toBe(rewritten(bytes, { sequenceId: next }));
      }),
      { numRuns: 500 },
    );
  });

  test('octets that lie never throw, and places lie within them', () => {
    fc.assert(
      fc.property(
        anyMessage,
        anyEncoding,
        anyOf(ALL),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
        fc.nat(100),
        (message, encoding, name, flips, length) => {
          const bytes = Buffer.from(wrapOf(name)(apacheMessage(encoding, message), { text: TEXT }));
          for (const [at, octet] of flips) bytes[at % bytes.length] = octet;
          const cut = bytes.subarray(0, length);
          for (const { offset, byteCount } of locateSequenceIds(cut)?.places ?? []) {
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(offset + byteCount).toBeLessThanOrEqual(cut.length);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

interface Place {
  readonly path: readonly number[];
  readonly value: PlainValue;
}

/** Not those behind a field whose id comes twice: a path leads to the first. */
function scalarsOf(value: PlainValue, path: readonly number[]): Place[] {
  switch (value.type) {
    case 'struct': {
      const ids = value.fields.map(({ id }) => id);
      return value.fields
        .filter(({ id }, i) => ids.indexOf(id) === i)
        .flatMap((field) => scalarsOf(field.value, [...path, field.id]));
    }
    case 'list':
    case 'set':
      return value.elements.flatMap((element, i) => scalarsOf(element, [...path, i]));
    case 'map':
      return [];
    default:
      return [{ path, value }];
  }
}

function otherValue(value: PlainValue): PlainValue {
  switch (value.type) {
    case 'bool':
      return { type: 'bool', value: !value.value };
    case 'i64':
      return { type: 'i64', value: BigInt.asIntN(64, value.value * 3n + 1n) };
    case 'i8':
      return { type: 'i8', value: ((value.value + 100) << 24) >> 24 };
    case 'i16':
      return { type: 'i16', value: ((value.value + 1000) << 16) >> 16 };
    case 'i32':
      return { type: 'i32', value: (value.value + 100_000) | 0 };
    case 'double':
      return { type: 'double', value: value.value === 2.5 ? 3 : 2.5 };
    default:
      return { type: 'string', text: `${'text' in value ? value.text : ''}é`.repeat(20) };
  }
}

function replaced(value: PlainValue, path: readonly number[], by: PlainValue): PlainValue {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (value.type === 'struct') {
    const at = value.fields.findIndex(({ id }) => id === step);
    return {
      type: 'struct',
      fields: value.fields.map((field, i) => (i === at ? { id: step, value: replaced(field.value, rest, by) } : field)),
    };
  }
  if (value.type !== 'list' && value.type !== 'set') return value;
  return { ...value, elements: value.elements.map((one, i) => (i === step ? replaced(one, rest, by) : one)) };
}
