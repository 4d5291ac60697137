// Numbers, sizes and times as people of the chosen language write them.

const language = () => document.documentElement.lang || 'en';

// A formatter takes longer to make than a row of a list to draw: each is made once a language.
const made = new Map<string, unknown>();

function once<T>(name: string, make: (language: string) => T): T {
  const key = `${language()} ${name}`;
  if (!made.has(key)) made.set(key, make(language()));
  return made.get(key) as T;
}

export function count(n: number): string {
  return new Intl.NumberFormat(language()).format(n);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** 0.00027 → "$0.00027": what an answer costs is far below a cent. */
export function dollars(amount: number): string {
  return new Intl.NumberFormat(language(), { style: 'currency', currency: 'USD', maximumFractionDigits: 6 }).format(amount);
}

/** 180 → "180 ms", 2400 → "2.4 sec". */
export function took(milliseconds: number): string {
  const seconds = milliseconds >= 1000;
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: seconds ? 'second' : 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: seconds || milliseconds < 10 ? 1 : 0,
  }).format(seconds ? milliseconds / 1000 : milliseconds);
}

export function score(value: number): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 2 }).format(value);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** 1 536 → "1.5 kB". Thousands, as in the file managers people compare with. */
export function bytes(size: number): string {
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: units[unit],
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "3 minutes ago" up to a day, the date afterwards. */
export function ago(at: Date, now: Date = new Date()): string {
  const elapsed = now.getTime() - at.getTime();
  const relative = once('ago', (lang) => new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' }));
  if (elapsed < minute) return relative.format(0, 'second');
  if (elapsed < hour) return relative.format(-Math.floor(elapsed / minute), 'minute');
  if (elapsed < day) return relative.format(-Math.floor(elapsed / hour), 'hour');
  const thisYear = at.getFullYear() === now.getFullYear();
  const year = thisYear ? undefined : 'numeric';
  return once(`date ${year}`, (lang) => new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', year })).format(at);
}

/** How long somebody has waited: "0:42", "12:05", "3 hr." */
export function waited(since: Date, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
  const [value, unit] = minutes < 48 * 60 ? [minutes / 60, 'hour'] : [minutes / 60 / 24, 'day'];
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'short' }).format(Math.floor(value as number));
}

/** "15:00" today, "Tue, 15:00" within a week, the date and time later. */
export function moment(at: Date, now: Date = new Date()): string {
  const days = Math.round((startOfDay(at) - startOfDay(now)) / day);
  if (days === 0) return clock(at);
  const date = Math.abs(days) < 7 ? ({ weekday: 'short' } as const) : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(language(), { ...date, hour: 'numeric', minute: '2-digit' }).format(at);
}

/** "Arabic (Egypt)" for "ar-EG". */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(language(), { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag; // what a browser sent need not be a tag
  }
}

export function exact(at: Date): string {
  return once('exact', (lang) => new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'medium' })).format(at);
}

/** "Nov 23, 2027": a day that may be in another year. */
export function date(at: Date): string {
  return once('day of a year', (lang) => new Intl.DateTimeFormat(lang, { dateStyle: 'medium' })).format(at);
}

export function clock(at: Date): string {
  return once('clock', (lang) => new Intl.DateTimeFormat(lang, { timeStyle: 'short' })).format(at);
}

/** "Today", "Yesterday" or the date, for the line between two days of a conversation. */
export function dayName(at: Date, now: Date = new Date()): string {
  const days = Math.round((startOfDay(at) - startOfDay(now)) / day);
  if (days === 0 || days === -1) {
    const name = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(days, 'day');
    return name.charAt(0).toLocaleUpperCase(language()) + name.slice(1);
  }
  return once('day', (lang) => new Intl.DateTimeFormat(lang, { dateStyle: 'long' })).format(at);
}

function startOfDay(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** 4950 of "eur" → "€49.50": amounts are in the currency's smallest unit, as processors of payments count. */
export function money(amount: number, currency: string): string {
  const places = placesOf(currency);
  // What an answer costs may be a part of the smallest unit.
  const form = once(`money ${currency}`, (lang) => new Intl.NumberFormat(lang, { style: 'currency', currency, minimumFractionDigits: places, maximumFractionDigits: places + 2 }));
  return form.format(amount / 10 ** places);
}

/** The same where it is read from afar: 4900 → "€49". */
export function price(amount: number, currency: string): string {
  const value = amount / 10 ** placesOf(currency);
  if (!Number.isInteger(value)) return money(amount, currency);
  return once(`price ${currency}`, (lang) => new Intl.NumberFormat(lang, { style: 'currency', currency, maximumFractionDigits: 0 })).format(value);
}

const placesOf = (currency: string) =>
  once(`places ${currency}`, (lang) => new Intl.NumberFormat(lang, { style: 'currency', currency })).resolvedOptions().maximumFractionDigits ?? 2;
