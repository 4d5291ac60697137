import { expect, test } from 'vitest';
import { asProblem, problemOf } from './problem';

const none = new Headers();

test('a problem shows its detail, and the fields that are not valid', () => {
  const problem = problemOf(422, none, {
    title: 'Unprocessable Entity',
    code: 'invalid',
    detail: 'Some of what was sent is not valid.',
    request_id: 'req_1',
    errors: [{ location: 'body.name', message: 'body.name: must not be empty' }, null],
  });
  expect(problem.message).toBe('Some of what was sent is not valid. body.name: must not be empty');
  expect(problem).toMatchObject({ status: 422, code: 'invalid', requestId: 'req_1' });
});

test('an answer that is not ours still has a status, and the id of its header', () => {
  const problem = problemOf(502, new Headers({ 'X-Request-Id': 'req_2' }), '<html>Bad gateway</html>');
  expect(problem).toMatchObject({ status: 502, code: 'http_502', message: '', requestId: 'req_2' });
});

test('what never reached the server is told apart from what it refused', () => {
  expect(asProblem(new TypeError('Failed to fetch')).unreachable).toBe(true);
  expect(problemOf(500, none, {}).unreachable).toBe(false);
});

test.each([
  [0, true],
  [429, true],
  [503, true],
  [415, false],
  [422, false],
])('status %i may pass by itself: %s', (status, passing) => {
  expect(problemOf(status, none, {}).passing).toBe(passing);
});
