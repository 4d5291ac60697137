import { expect, test } from 'vitest';
import { ago, bytes, count, money, percent, price } from './format';

const now = new Date('2026-11-22T12:00:00Z');

test.each([
  ['2026-11-22T11:59:40Z', 'now'],
  ['2026-11-22T11:58:01Z', '1 min. ago'],
  ['2026-11-22T09:00:00Z', '3 hr. ago'],
  ['2026-11-20T12:00:00Z', 'Nov 20'],
  ['2024-11-20T12:00:00Z', 'Nov 20, 2024'],
])('%s reads as %s', (at, expected) => {
  expect(ago(new Date(at), now)).toBe(expected);
});

test('numbers have separators and sizes have units', () => {
  expect(count(1204)).toBe('1,204');
  expect(percent(0.614)).toBe('61%');
  expect([17, 1536, 80_200, 4_183_000].map(bytes)).toEqual(['17 bytes', '1.5 kB', '80 kB', '4.2 MB']);
});

test('amounts are in the smallest unit of their currency', () => {
  expect([4950, 4900, 2.5].map((amount) => money(amount, 'eur'))).toEqual(['€49.50', '€49.00', '€0.025']);
  expect(money(4900, 'jpy')).toBe('¥4,900');
  expect([4950, 4900].map((amount) => price(amount, 'eur'))).toEqual(['€49.50', '€49']);
});
