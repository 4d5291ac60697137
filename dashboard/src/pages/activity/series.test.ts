import { expect, test } from 'vitest';
import type { ActivityHour } from '../../api/types';
import { seriesOf, since } from './series';

const now = Date.parse('2026-11-23T15:40:00Z');
const at = (time: string, messages: number) => ({ at: time, messages }) as ActivityHour;

test('a day has an hour for each, and the one that runs is its last', () => {
  const { times, values, total, peak } = seriesOf([at('2026-11-23T15:00:00Z', 4), at('2026-11-22T16:00:00Z', 9)], 'messages', 'day', now);
  expect(times).toHaveLength(24);
  expect(times.at(-1)).toBe(Date.parse('2026-11-23T15:00:00Z') / 1000);
  expect([values[0], values[1], values.at(-1)]).toEqual([9, 0, 4]);
  expect([total, peak]).toEqual([13, 9]);
});

test('what is before the span is not in it', () => {
  expect(seriesOf([at('2026-11-22T15:00:00Z', 9)], 'messages', 'day', now).total).toBe(0);
  expect(new Date(since('day', now)).toISOString()).toBe('2026-11-22T16:00:00.000Z');
});
