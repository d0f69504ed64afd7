import { describe, expect, test } from 'vitest';
import {
  BearerTokens,
  CardNumbers,
  EmailAddresses,
  PhoneNumbers,
  type TextFinder,
} from '../../../../parser/masking/index.ts';

const found = (finder: TextFinder, text: string) =>
  finder.findAll(text).map(({ start, end }) => text.slice(start, end));

describe('card numbers', () => {
  test.each([
    ['4111111111111111', ['4111111111111111']],
    ['pay with 4111 1111 1111 1111.', ['4111 1111 1111 1111']],
    ['5500-0000-0000-0004, 340000000000009', ['5500-0000-0000-0004', '340000000000009']],
    ['3782 822463 10005', ['3782 822463 10005']],
    ['2026 4111 1111 1111 1111', ['4111 1111 1111 1111']],
    ['30569309025904 6011111111111117 3530111333300000', ['30569309025904', '6011111111111117', '3530111333300000']],
    [
      '6200000000000005 2223003122003222 6759649826438453',
      ['6200000000000005', '2223003122003222', '6759649826438453'],
    ],
    ['4222222222222', ['4222222222222']],
  ])('%s', (text, numbers) => {
    expect(found(new CardNumbers(), text)).toEqual(numbers);
  });

  test.each([
    ['a wrong check digit', '4111111111111112'],
    ['no issuer', '9111111111111119'],
    ['too short', '411111111111'],
    ['a longer number', '41111111111111111111111'],
    ['in a word', 'a4111111111111111b'],
    ['a fraction', '0.4111111111111111'],
    ['a time in µs', '1795255200000000'],
    ['a Visa of 14 digits', '41111111111114'],
    ['a trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
  ])('not %s', (_, text) => {
    expect(found(new CardNumbers(), text)).toEqual([]);
  });
});

describe('e-mail addresses', () => {
  test.each([
    ['ada.lovelace+shop@mail.example.org', ['ada.lovelace+shop@mail.example.org']],
    ['<ada@example.org>, (bob@example.com).', ['ada@example.org', 'bob@example.com']],
    ['mailto:ada@example.org?subject=x', ['ada@example.org']],
    ['Ünal@bücher.example', ['Ünal@bücher.example']],
    ['a@b@example.org', ['b@example.org']],
    ['x=ada@xn--bcher-kva.example&y', ['ada@xn--bcher-kva.example']],
  ])('%s', (text, addresses) => {
    expect(found(new EmailAddresses(), text)).toEqual(addresses);
  });

  test.each([
    ['user information', 'https://ada:pw@host.example/'],
    ['a package', 'npm i left-pad@1.3.0'],
    ['a picture', 'logo@2x.png'],
    ['a host alone', 'ada@localhost'],
    ['a decorator', '@Component({})'],
    ['nothing before', ' @example.org'],
    ['two dots', 'ada@example..org'],
  ])('not %s', (_, text) => {
    expect(found(new EmailAddresses(), text)).toEqual([]);
  });
});

describe('phone numbers', () => {
  test.each([
    ['+4930123456', ['+4930123456']],
    ['call +49 30 12 34 56 78 now', ['+49 30 12 34 56 78']],
    ['+1 (212) 555-0123', ['+1 (212) 555-0123']],
    ['0044 20 7946 0958', ['0044 20 7946 0958']],
    ['(212) 555-0123, 212-555-0123, 212.555.0123', ['(212) 555-0123', '212-555-0123', '212.555.0123']],
    ['1-212-555-0123', ['1-212-555-0123']],
  ])('%s', (text, numbers) => {
    expect(found(new PhoneNumbers(), text)).toEqual(numbers);
  });

  test.each([
    ['a plain number', '2125550123'],
    ['a date and a time', '2026-11-21T10:00:00+01:00'],
    ['an address', '192.168.100.1234'],
    ['a version', '1.222.333.4444.5'],
    ['an id', '9f86d081-884c-7d65-9a2f-eaa0c55ad015'],
    ['a sum', '1+23456789'],
    ['a fraction with exponent', '1.5e+123456789'],
    ['an order number', '000123456789'],
  ])('not %s', (_, text) => {
    expect(found(new PhoneNumbers(), text)).toEqual([]);
  });
});

describe('tokens in text', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.Zm9v';
  test.each([
    ["curl -H 'Authorization: Bearer mF_9.B5f-4.1JqM'", ['mF_9.B5f-4.1JqM']],
    [`token ${jwt}, and`, [jwt]],
    [`bearer ${jwt}`, [jwt]],
    ['the bearer of news', []],
    ['eyJhbGciOiJIUzI1NiJ9 alone', []],
  ])('%s', (text, tokens) => {
    expect(found(new BearerTokens(), text)).toEqual(tokens);
  });
});

test('hostile texts take time linear in them', () => {
  for (const piece of ['4111 1111 ', 'eyJ.', 'bearer ', 'a@', '@a.', '+1 (', '//', '1-']) {
    const text = piece.repeat(200_000);
    for (const finder of [new CardNumbers(), new EmailAddresses(), new PhoneNumbers(), new BearerTokens()])
      finder.findAll(text);
  }
}, 20_000);
