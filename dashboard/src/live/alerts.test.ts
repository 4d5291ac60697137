import { expect, test } from 'vitest';
import type { Conversation } from '../api/types';
import { alertOf } from './alerts';
import { conversation } from '../test/conversation';

const now = Date.parse('2026-11-23T12:00:00Z');
const just = '2026-11-23T11:59:55Z';
const me = 'usr_ada';
const mine: Partial<Conversation> = { status: 'agent', agent: { id: me, name: 'Ada' }, assignee: me };
const waiting: Partial<Conversation> = { status: 'waiting', waits_since: just };

test.each<[string, Partial<Conversation> | undefined, Partial<Conversation>, string | undefined]>([
  ['a visitor begins to wait', {}, waiting, 'waiting'],
  ['one who is not held begins to wait', undefined, waiting, 'waiting'],
  ['one waits on', waiting, { ...waiting, preview: 'Still here?' }, undefined],
  ['one who has waited for long is seen for the first time', undefined, { ...waiting, waits_since: '2026-11-23T11:00:00Z' }, undefined],
  ['one waits for a colleague', {}, { ...waiting, assignee: 'usr_bo' }, undefined],
  ['I am asked', waiting, { ...waiting, assignee: me }, 'assigned'],
  ['I am asked at once', {}, { ...waiting, assignee: me }, 'assigned'],
  ['a colleague hands over', { ...mine, agent: { id: 'usr_bo', name: 'Bo' }, assignee: 'usr_bo' }, mine, 'assigned'],
  ['my visitor writes', mine, { ...mine, seq: 5, preview: 'Thanks' }, 'message'],
  ['my visitor wrote what I have read', mine, { ...mine, seq: 5, preview: 'Thanks', read: 5 }, undefined],
  ['something else happens in mine', mine, { ...mine, labels: ['lbl_1'] }, undefined],
  ["a colleague's visitor writes", { ...mine, agent: { id: 'usr_bo', name: 'Bo' } }, { ...mine, agent: { id: 'usr_bo', name: 'Bo' }, assignee: 'usr_bo', seq: 5, preview: 'Hi' }, undefined],
  ['spam waits', { spam: true }, { ...waiting, spam: true }, undefined],
  ['the bot answers', {}, { seq: 5, preview: 'An answer' }, undefined],
])('when %s, it rings: %4$s', (_, before, after, expected) => {
  expect(alertOf(before && conversation(before), conversation(after), me, now)).toBe(expected);
});

test('what is looked at does not ring, but that somebody waits does', () => {
  expect(alertOf(conversation(mine), conversation({ ...mine, seq: 5, preview: 'Hi' }), me, now, true)).toBeUndefined();
  expect(alertOf(conversation({}), conversation(waiting), me, now, true)).toBe('waiting');
});
