import { expect, test } from 'vitest';
import { firstQueue, viewOf } from './address';

test('an address says what is shown; what it should not say is left out', () => {
  expect(viewOf({ queue: 'team', q: 'mia', label: 'lbl_1', bot: 'bot_1', since: '2026-11-01', until: 'tomorrow' })).toEqual({
    queue: 'team', q: 'mia', label: 'lbl_1', bot: 'bot_1', since: '2026-11-01', until: undefined,
  });
  expect(viewOf({ queue: '<script>', q: 7 })).toEqual({});
});

test.each([
  [undefined, 'mine'],
  [{}, 'mine'],
  [{ bot: 3, closed: 9 }, 'bot'],
  [{ mine: 1, waiting: 2 }, 'mine'],
  [{ mine: 0, waiting: 2, bot: 4 }, 'waiting'],
] as const)('with %j one begins at %s', (counts, queue) => {
  expect(firstQueue(counts)).toBe(queue);
});
