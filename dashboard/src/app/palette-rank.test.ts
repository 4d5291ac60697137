import { expect, test } from 'vitest';
import { rank, ranked } from './palette-rank';

test.each([
  ['', true],
  ['ta', true],
  ['take', true],
  ['over take', true],
  ['TAKE OV', true],
  ['ver', false],
  ['take x', false],
])('%j finds "Take over": %s', (typed, found) => {
  expect(rank(typed, 'Take over') > 0).toBe(found);
});

test('whole words come before beginnings, and beginnings of names before others', () => {
  const items = ['Inbox: Snoozed', 'Snooze', 'Snoozed'].map((name) => ({ name }));
  expect(ranked('snooze', items).map(({ name }) => name)).toEqual(['Snooze', 'Snoozed', 'Inbox: Snoozed']);
});

test('names of any script are found', () => {
  expect(rank('عا', 'عاجل')).toBeGreaterThan(0);
  expect(rank('zoë', 'Zoë Ö')).toBeGreaterThan(0);
});
