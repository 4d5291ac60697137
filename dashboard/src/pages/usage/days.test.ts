// @vitest-environment node
import { expect, test } from 'vitest';
import { daysOf } from './days';

const period = { start: '2026-01-31T09:00:00Z', end: '2026-02-28T09:00:00Z' };
const answered = (day: string, answers: number, cost: number | null = null) => ({ day: `${day}T00:00:00Z`, answers, cost_micros: cost, cached: 0 });
const shown = (times: number[]) => times.map((at) => new Date(at * 1000).toISOString().slice(0, 10));

test('days in which nothing was answered are there too, from the first of the period to today', () => {
  const days = daysOf({ period, days: [answered('2026-02-01', 3), answered('2026-02-02', 5)] }, 'answers', Date.parse('2026-02-03T00:00:00Z'));
  expect(shown(days.times)).toEqual(['2026-01-31', '2026-02-01', '2026-02-02', '2026-02-03']);
  expect(days).toMatchObject({ values: [0, 3, 5, 0], total: 8, peak: 5 });
});

test('a period that is over ends with its last day', () => {
  expect(shown(daysOf({ period, days: [] }, 'answers', Date.parse('2027-01-01T00:00:00Z')).times).at(-1)).toBe('2026-02-28');
  const month = { start: '2026-02-01T00:00:00Z', end: '2026-03-01T00:00:00Z' };
  expect(daysOf({ period: month, days: [] }, 'answers', Date.parse('2027-01-01T00:00:00Z')).times).toHaveLength(28);
});

test('a period that has only begun has its first day', () => {
  expect(daysOf({ period, days: [] }, 'answers', Date.parse(period.start)).times).toHaveLength(1);
});

test('costs are dollars, and nothing where they are not known', () => {
  const days = daysOf({ period, days: [answered('2026-01-31', 1, 2500), answered('2026-02-01', 1)] }, 'cost', Date.parse('2026-02-01T10:00:00Z'));
  expect(days.values).toEqual([0.0025, 0]);
});
