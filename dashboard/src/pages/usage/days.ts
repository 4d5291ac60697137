import type { Usage } from '../../api/types';

export const measures = ['answers', 'cost'] as const;
export type Measure = (typeof measures)[number];

const day = 86_400_000;

/** One value for each day of UTC, without gaps. Costs are in US dollars. */
export interface Days {
  times: number[]; // seconds since 1970, of each day's begin
  values: number[];
  total: number;
  peak: number;
}

/** The days of a period up to now; of one that is over, all. */
export function daysOf({ period, days }: Pick<Usage, 'period' | 'days'>, measure: Measure, now: number): Days {
  const known = new Map(days.map((one) => [Math.floor(Date.parse(one.day) / day), measure === 'cost' ? (one.cost_micros ?? 0) / 1e6 : one.answers]));
  const first = Math.floor(Date.parse(period.start) / day);
  // The last instant of the period, or this one.
  const last = Math.max(first, Math.floor(Math.min(Date.parse(period.end) - 1, now) / day));
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const values = all.map((at) => known.get(at) ?? 0);
  return { times: all.map((at) => at * (day / 1000)), values, total: values.reduce((sum, value) => sum + value, 0), peak: Math.max(...values) };
}
