import type { ActivityHour } from '../../api/types';
import { type Measure, type Span, spans } from './span';

const hour = 3_600_000;

/** One value an hour, without gaps: an hour of which nothing is known had none. */
export interface Series {
  times: number[]; // seconds since 1970
  values: number[];
  total: number;
  peak: number;
}

/** From when on a span is asked for: whole hours, so that the answer is the same for an hour. */
export function since(span: Span, now: number): number {
  return Math.floor(now / hour) * hour - (spans[span] - 1) * hour;
}

export function seriesOf(hours: ActivityHour[], measure: Measure, span: Span, now: number): Series {
  const known = new Map(hours.map((one) => [Math.floor(Date.parse(one.at) / hour), one[measure]]));
  const begin = since(span, now) / hour;
  const times = Array.from({ length: spans[span] }, (_, i) => (begin + i) * (hour / 1000));
  const values = times.map((_, i) => known.get(begin + i) ?? 0);
  return { times, values, total: values.reduce((sum, value) => sum + value, 0), peak: Math.max(...values) };
}
