import { expect, test } from 'vitest';
import { choices } from './snooze';

test.each([
  ['on a weekday morning', new Date(2026, 10, 24, 10), ['hour', 'evening', 'tomorrow', 'monday']],
  ['late in the afternoon, the evening is too near', new Date(2026, 10, 24, 17, 30), ['hour', 'tomorrow', 'monday']],
  ['at night', new Date(2026, 10, 24, 23), ['hour', 'tomorrow', 'monday']],
  ['on Sunday, Monday is tomorrow', new Date(2026, 10, 22, 10), ['hour', 'evening', 'tomorrow']],
  ['on Monday it is the next one', new Date(2026, 10, 23, 10), ['hour', 'evening', 'tomorrow', 'monday']],
])('%s', (_, now, expected) => {
  const found = choices(now);
  expect(found.map(({ choice }) => choice)).toEqual(expected);
  for (const { until } of found) expect(until.getTime()).toBeGreaterThan(now.getTime());
});

test('Monday is a Monday, at nine', () => {
  const { until } = choices(new Date(2026, 10, 23, 10)).at(-1)!;
  expect([until.getDay(), until.getHours(), until.getDate()]).toEqual([1, 9, 30]);
});
