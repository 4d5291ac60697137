import { expect, test } from 'vitest';
import { actionWords } from './action';
import { filterOf, queryOf } from './filter';

test('an address narrows by what it can mean, and by nothing else', () => {
  expect(filterOf({ actor: 'usr_1', from: '2026-11-01', to: 'tomorrow', action: '' })).toEqual({
    actor: 'usr_1',
    action: undefined,
    from: '2026-11-01',
    to: undefined,
  });
});

test('the last day is within what is asked for', () => {
  const { from, to } = queryOf({ from: '2026-11-01', to: '2026-11-01' });
  expect(Date.parse(to!) - Date.parse(from!)).toBe(24 * 3_600_000);
});

test('operations and frames are read as words', () => {
  expect(actionWords('createAPIKey')).toBe('Create API key');
  expect(actionWords('conversation.take')).toBe('Conversation take');
});
