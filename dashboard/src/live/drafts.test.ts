import { beforeEach, expect, test, vi } from 'vitest';
import { draftOf, keepDraft } from './drafts';

beforeEach(() => localStorage.clear());

test('a draft is kept by user, conversation and kind', () => {
  keepDraft('usr_1', 'cnv_1', 'reply', 'Hello\n\nthere 2');
  expect(draftOf('usr_1', 'cnv_1', 'reply')).toBe('Hello\n\nthere 2');
  expect(draftOf('usr_1', 'cnv_1', 'note')).toBe('');
  expect(draftOf('usr_1', 'cnv_2', 'reply')).toBe('');
  expect(draftOf('usr_2', 'cnv_1', 'reply')).toBe('');
});

test('an empty one leaves nothing behind', () => {
  keepDraft('usr_1', 'cnv_1', 'reply', 'Hello');
  keepDraft('usr_1', 'cnv_1', 'reply', '');
  expect(localStorage).toHaveLength(0);
});

test('of many the oldest go', () => {
  for (let n = 0; n < 230; n++) keepDraft('usr_1', `cnv_${n}`, 'reply', `draft ${n}`, n);
  expect(localStorage).toHaveLength(200);
  expect(draftOf('usr_1', 'cnv_229', 'reply')).toBe('draft 229');
  expect(draftOf('usr_1', 'cnv_0', 'reply')).toBe('');
});

test('a browser that keeps nothing is no error', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  expect(() => keepDraft('usr_1', 'cnv_1', 'reply', 'Hello')).not.toThrow();
  expect(draftOf('usr_1', 'cnv_1', 'reply')).toBe('');
});
