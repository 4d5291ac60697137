import { expect, test } from 'vitest';
import { wishOf } from './wish';

const words = { text: ' How long? ', source: '', part: '', phrase: '', nothing: false };

test('only what is expected is sent', () => {
  expect(wishOf({ ...words, source: 'src_1' })).toEqual({ text: 'How long?', source: 'src_1' });
  expect(wishOf({ ...words, phrase: ' 45 days ' })).toEqual({ text: 'How long?', phrase: '45 days' });
  expect(wishOf({ ...words, source: 'src_1', part: 'src_2' })).toEqual({ text: 'How long?', source: 'src_1', part: 'src_2' });
  expect(wishOf({ ...words, part: 'src_2', phrase: '45 days' })).toEqual({ text: 'How long?', phrase: '45 days' });
  expect(wishOf({ ...words, source: 'src_1', phrase: '45 days' })).toEqual({ text: 'How long?', source: 'src_1', phrase: '45 days' });
});

test('a question that must not be answered expects no source and no words', () => {
  expect(wishOf({ ...words, source: 'src_1', phrase: '45 days', nothing: true })).toEqual({ text: 'How long?', nothing: true });
});
