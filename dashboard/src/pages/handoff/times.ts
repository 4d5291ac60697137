import { days, type Day, type Moment, type Span } from './hours';

// Days and times of a week that has no date, as the chosen language writes them.

const language = () => document.documentElement.lang || 'en';
/** The first of January 2024 was a Monday. */
const at = (day: Day, minutes: number) => new Date(Date.UTC(2024, 0, 1 + days.indexOf(day), 0, minutes));
const format = (options: Intl.DateTimeFormatOptions, moment: Moment) =>
  new Intl.DateTimeFormat(language(), { timeZone: 'UTC', ...options }).format(at(moment.day, moment.minutes));

export const dayName = (day: Day, weekday: 'long' | 'short' = 'long') => format({ weekday }, { day, minutes: 0 });

export const timeName = (minutes: number) => format({ timeStyle: 'short' }, { day: 'mon', minutes });

export const spanName = ({ from, to }: Span) => `${timeName(from)} – ${timeName(to)}`;

/** "17:00" on the same day, "Friday, 09:00" on another. */
export function momentName(moment: Moment, now: Moment): string {
  if (moment.day === now.day && moment.minutes >= now.minutes) return timeName(moment.minutes);
  return format({ weekday: 'long', hour: 'numeric', minute: '2-digit' }, moment);
}
