import { describe, expect, test } from 'vitest';
import { another, barsOf, clockIn, copy, edited, emptyWeek, hoursOf, midnight, minutesOf, mistake, saved, standing, textOf, weekOf, type Day, type Span } from './hours';

const span = (from: string, to: string): Span => ({ from: minutesOf(from), to: minutesOf(to) });
const week = (...hours: [Day, string, string][]) => weekOf(hours.map(([day, from, to]) => ({ day, from, to })));

test('hours are the same after they were edited, in the order of the week', () => {
  const hours = [
    { day: 'mon', from: '09:00', to: '12:30' },
    { day: 'mon', from: '13:30', to: '17:00' },
    { day: 'sun', from: '00:00', to: '24:00' },
  ];
  expect(hoursOf(weekOf(hours.toReversed()))).toEqual(hours);
});

test.each([['09:30', 570], ['00:00', 0], ['24:00', midnight]])('%s is minute %i', (text, minutes) => {
  expect(minutesOf(text)).toBe(minutes);
  expect(textOf(minutes)).toBe(text);
});
test.each(['', '9:30', '24:01', '10:60', 'noon'])('%j is no time', (text) => expect(minutesOf(text)).toBeNaN());

test.each([
  [[], undefined],
  [[span('09:00', '12:00'), span('12:00', '15:00')], undefined],
  [[span('13:00', '17:00'), span('09:00', '12:00')], undefined],
  [[{ from: NaN, to: 600 }], 'time'],
  [[span('22:00', '06:00')], 'order'],
  [[span('09:00', '09:00')], 'order'],
  [[span('09:00', '13:00'), span('12:00', '17:00')], 'overlap'],
])('the mistake in %j is %s', (spans, wrong) => expect(mistake(spans)).toBe(wrong));

test('bars are shares of the day, and hours that touch are one', () => {
  expect(barsOf([span('12:00', '18:00'), span('06:00', '12:00')])).toEqual([{ start: 0.25, length: 0.5 }]);
  expect(barsOf([span('00:00', '24:00')])).toEqual([{ start: 0, length: 1 }]);
  expect(barsOf([span('00:00', '06:00'), span('18:00', '24:00')])).toEqual([
    { start: 0, length: 0.25 },
    { start: 0.75, length: 0.25 },
  ]);
  expect(barsOf([{ from: NaN, to: 600 }, span('12:00', '06:00')])).toEqual([]);
});

test('further hours begin an hour after the last ones, if the day has room', () => {
  expect(another([])).toEqual(span('09:00', '17:00'));
  expect(another([span('09:00', '12:00')])).toEqual(span('13:00', '17:00'));
  expect(another([span('09:00', '21:30')])).toEqual(span('22:30', '24:00'));
  expect(another([span('09:00', '23:00')])).toBeUndefined();
});

test('a day is copied to others without tying them to it', () => {
  const copied = copy(week(['mon', '09:00', '12:00']), 'mon', ['mon', 'tue']);
  expect(copied.tue).toEqual([span('09:00', '12:00')]);
  expect(copied.tue[0]).not.toBe(copied.mon[0]);
  expect(copied.wed).toEqual([]);
});

describe('whether it is open', () => {
  const office = week(['mon', '09:00', '12:00'], ['mon', '13:00', '17:00'], ['fri', '09:00', '17:00']);
  test.each([
    ['mon', '09:00', { open: true, until: { day: 'mon', minutes: 720 } }],
    ['mon', '12:00', { open: false, opens: { day: 'mon', minutes: 780 } }],
    ['mon', '08:59', { open: false, opens: { day: 'mon', minutes: 540 } }],
    ['mon', '17:00', { open: false, opens: { day: 'fri', minutes: 540 } }],
    ['fri', '23:59', { open: false, opens: { day: 'mon', minutes: 540 } }],
  ] as const)('on %s at %s', (day, time, expected) => {
    expect(standing(office, { day, minutes: minutesOf(time) })).toEqual(expected);
  });

  test('a night goes on after midnight, until it ends', () => {
    const night = week(['mon', '22:00', '24:00'], ['tue', '00:00', '06:00']);
    expect(standing(night, { day: 'mon', minutes: 23 * 60 })).toEqual({ open: true, until: { day: 'tue', minutes: 360 } });
    expect(standing(week(['sun', '22:00', '24:00']), { day: 'sun', minutes: 23 * 60 })).toEqual({ open: true, until: { day: 'sun', minutes: midnight } });
  });

  test('the same day of the next week is the next one where it is the only one', () => {
    expect(standing(week(['mon', '09:00', '10:00']), { day: 'mon', minutes: 660 })).toEqual({ open: false, opens: { day: 'mon', minutes: 540 } });
  });

  test('it may never close, and never open', () => {
    const always = copy(week(['mon', '00:00', '24:00']), 'mon', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
    expect(standing(always, { day: 'wed', minutes: 5 })).toEqual({ open: true });
    expect(standing(emptyWeek(), { day: 'wed', minutes: 5 })).toEqual({ open: false });
  });
});

test('clocks of other zones are read, over the change of the day and of summer time', () => {
  expect(clockIn('Asia/Tokyo', new Date('2026-11-22T16:30:00Z'))).toEqual({ day: 'mon', minutes: 90 });
  expect(clockIn('Europe/Berlin', new Date('2026-03-29T01:00:00Z'))).toEqual({ day: 'sun', minutes: 180 });
  expect(clockIn('Asia/Kathmandu', new Date('2026-11-23T18:15:00Z'))).toEqual({ day: 'tue', minutes: 0 });
  expect(clockIn('', new Date('2026-11-23T10:00:00Z'))).toEqual({ day: 'mon', minutes: 600 });
  expect(clockIn('Mars/Olympus', new Date())).toBeUndefined();
});

test('no day means always, and keeps the zone; the first hours are proposed in the own zone', () => {
  const always = edited({ zone: '', week: [] }, 'Europe/Berlin');
  expect(always).toMatchObject({ certain: false, zone: 'Europe/Berlin', week: { mon: [span('09:00', '17:00')], sat: [] } });
  expect(saved(always)).toEqual({ zone: 'Europe/Berlin', week: [] });
  expect(saved({ ...always, certain: true }).week).toHaveLength(5);
  expect(edited({ zone: '', week: [{ day: 'mon', from: '09:00', to: '10:00' }] }, 'Europe/Berlin').zone).toBe('UTC');
});
