// Business hours as they are edited: minutes of a day, by day. Pure; chat/hours.go is what counts.

import type { Hours, OpenHours } from '../../api/types';

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof days)[number];
export const workdays: readonly Day[] = days.slice(0, 5);

/** The end of a day, in minutes. */
export const midnight = 24 * 60;

/** The server takes so many spans. */
export const mostSpans = 28;

/** From and to in minutes of the day; NaN while nothing is entered. */
export interface Span {
  from: number;
  to: number;
}

export type Week = Record<Day, Span[]>;

export const usual: Span = { from: 9 * 60, to: 17 * 60 };

export function weekOf(hours: OpenHours[]): Week {
  const week = emptyWeek();
  for (const { day, from, to } of hours) week[day as Day]?.push({ from: minutesOf(from), to: minutesOf(to) });
  for (const day of days) week[day].sort((a, b) => a.from - b.from);
  return week;
}

export function hoursOf(week: Week): OpenHours[] {
  return days.flatMap((day) => week[day].map(({ from, to }) => ({ day, from: textOf(from), to: textOf(to) })));
}

export function emptyWeek(): Week {
  return { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
}

/** Monday to Friday, as most offices have it. */
export function usualWeek(): Week {
  return { ...emptyWeek(), ...Object.fromEntries(workdays.map((day) => [day, [usual]])) };
}

/** "09:30" → 570; "24:00" is the day's end. NaN for anything else. */
export function minutesOf(text: string): number {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return total <= midnight ? total : NaN;
}

/** 570 → "09:30"; "" for what is no time. */
export function textOf(minutes: number): string {
  if (Number.isNaN(minutes)) return '';
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

export type Mistake = 'time' | 'order' | 'overlap';

/** What is wrong with a day's hours, in the order in which it should be mended. */
export function mistake(spans: Span[]): Mistake | undefined {
  if (spans.some(({ from, to }) => Number.isNaN(from) || Number.isNaN(to))) return 'time';
  if (spans.some(({ from, to }) => from >= to)) return 'order';
  const sorted = spans.toSorted((a, b) => a.from - b.from);
  return sorted.some(({ from }, i) => i > 0 && from < sorted[i - 1]!.to) ? 'overlap' : undefined;
}

/** The next hours of a day that has some already: an hour after the last, or none where the day is full. */
export function another(spans: Span[]): Span | undefined {
  if (spans.length === 0) return usual;
  const from = Math.max(...spans.map(({ to }) => to)) + 60;
  return from < midnight ? { from, to: Math.min(from + 4 * 60, midnight) } : undefined;
}

export function copy(week: Week, from: Day, to: readonly Day[]): Week {
  return { ...week, ...Object.fromEntries(to.map((day) => [day, week[from].map((span) => ({ ...span }))])) };
}

/** A part of a day's bar, as shares of the day. Spans that touch are one. */
export interface Bar {
  start: number;
  length: number;
}

export function barsOf(spans: Span[]): Bar[] {
  const joined: Span[] = [];
  for (const span of spans.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else joined.push({ ...span });
  }
  return joined.map(({ from, to }) => ({ start: from / midnight, length: (to - from) / midnight }));
}

/** A time of the week. */
export interface Moment {
  day: Day;
  minutes: number;
}

/** What clocks show at a time in a zone; undefined for a zone that the browser does not know. */
export function clockIn(zone: string, at: Date): Moment | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone || 'UTC', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at);
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? '';
    return { day: part('weekday').toLowerCase() as Day, minutes: Number(part('hour')) * 60 + Number(part('minute')) };
  } catch {
    return undefined;
  }
}

/** Whether it is open, and when that changes. Without `until` and `opens`: never. */
export type Standing = { open: true; until?: Moment } | { open: false; opens?: Moment };

export function standing(week: Week, now: Moment): Standing {
  const today = days.indexOf(now.day);
  const at = (ahead: number) => days[(today + ahead) % 7]!;
  const running = (day: Day, minutes: number) => week[day].filter(({ from, to }) => from <= minutes && minutes < to);
  let current = running(now.day, now.minutes);
  if (current.length === 0) {
    for (let ahead = 0; ahead < 8; ahead++) {
      const begins = week[at(ahead)].map(({ from }) => from).filter((from) => ahead > 0 || from > now.minutes);
      if (begins.length > 0) return { open: false, opens: { day: at(ahead), minutes: Math.min(...begins) } };
    }
    return { open: false };
  }
  // Spans may touch, also over midnight.
  for (let ahead = 0; ahead < 8; ) {
    const end = Math.max(...current.map(({ to }) => to));
    if (end < midnight) {
      current = running(at(ahead), end);
      if (current.length === 0) return { open: true, until: { day: at(ahead), minutes: end } };
    } else {
      current = running(at(++ahead), 0);
      if (current.length === 0) return { open: true, until: { day: at(ahead - 1), minutes: midnight } };
    }
  }
  return { open: true };
}

/** What the form edits: the server's hours, where no day means always. */
export interface EditedHours {
  certain: boolean;
  zone: string;
  week: Week;
}

export function edited({ zone, week }: Hours, localZone: string): EditedHours {
  const certain = week.length > 0;
  return { certain, zone: zone || (certain ? 'UTC' : localZone), week: certain ? weekOf(week) : usualWeek() };
}

export function saved({ certain, zone, week }: EditedHours): Hours {
  return { zone, week: certain ? hoursOf(week) : [] };
}
