import { expect, test } from 'vitest';
import { changesOf } from './changes';

test('only what is otherwise than before is a change, an emptied field too', () => {
  const saved = { tone: '', threshold: 0, fallback: 'Ask us.' };
  expect(changesOf(saved, { ...saved })).toEqual({});
  expect(changesOf(saved, { tone: 'brief', threshold: 0, fallback: '' })).toEqual({ tone: 'brief', fallback: '' });
});
