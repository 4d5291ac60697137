import { expect, test } from 'vitest';
import { steps } from './steps';

test('the parts of the time follow each other, and what it did not come to is left out', () => {
  expect(steps({ retrieved_ms: 12, first_ms: 480, ended_ms: 2480 })).toEqual([
    { name: 'search', start: 0, end: 12 },
    { name: 'wait', start: 12, end: 480 },
    { name: 'write', start: 480, end: 2480 },
  ]);
  expect(steps({ retrieved_ms: 12, ended_ms: 3000 }).map(({ name, end }) => [name, end])).toEqual([['search', 12], ['wait', 3000]]);
  expect(steps({ retrieved_ms: 12, first_ms: 480 }).map(({ name }) => name)).toEqual(['search', 'wait']);
  expect(steps({ retrieved_ms: 0 })).toEqual([]);
});
