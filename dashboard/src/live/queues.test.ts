import { describe, expect, test } from 'vitest';
import type { Conversation } from '../api/types';
import { conversation } from '../test/conversation';
import { belongs, isUnread, order, queuesOf } from './queues';

const now = Date.parse('2026-11-23T12:00:00Z');

const ada = { id: 'usr_ada', name: 'Ada' };
const later = '2026-11-23T13:00:00Z';
const before = '2026-11-23T11:59:00Z';

test.each<[string, Partial<Conversation>, string[]]>([
  ['with the bot', {}, ['bot']],
  ['closed', { status: 'closed' }, ['closed']],
  ['waiting, nobody asked', { status: 'waiting' }, ['waiting', 'unassigned']],
  ['waiting, I am asked', { status: 'waiting', assignee: 'usr_ada' }, ['mine', 'waiting']],
  ['waiting, a colleague is asked', { status: 'waiting', assignee: 'usr_bo' }, ['waiting']],
  ['with me', { status: 'agent', agent: ada, assignee: 'usr_ada' }, ['mine', 'team']],
  ['with a colleague', { status: 'agent', agent: { id: 'usr_bo', name: 'Bo' } }, ['team']],
  ['with the bot though I was its assignee', { assignee: 'usr_ada' }, ['bot']],
  ['snoozed', { status: 'agent', agent: ada, snoozed_until: later }, ['snoozed']],
  ['no more snoozed', { status: 'agent', agent: ada, snoozed_until: before }, ['mine', 'team']],
  ['spam', { status: 'waiting', spam: true }, ['spam']],
  ['spam that is snoozed', { spam: true, snoozed_until: later }, ['spam']],
])('%s is in its queues and in no other', (_, change, expected) => {
  expect(queuesOf(conversation(change), 'usr_ada', now)).toEqual(expected);
});

test('nobody, before they are known, has nothing', () => {
  expect(queuesOf(conversation({ status: 'waiting' }), '', now)).toEqual(['waiting', 'unassigned']);
});

test.each<[string, Partial<Conversation>, boolean]>([
  ['new and waiting', { status: 'waiting' }, true],
  ['new and mine', { status: 'agent', agent: ada }, true],
  ['read and mine', { status: 'agent', agent: ada, read: 4 }, false],
  ["new and a colleague's", { status: 'agent', agent: { id: 'usr_bo', name: 'Bo' } }, false],
  ['new and the bot answers', {}, false],
  ['new and spam', { status: 'waiting', spam: true }, false],
])('what is %s is unread: %3$s', (_, change, expected) => {
  expect(isUnread(conversation(change), 'usr_ada')).toBe(expected);
});

describe('order', () => {
  const a = conversation({ id: 'cnv_a', updated_at: '2026-11-23T11:00:00.12Z', waits_since: '2026-11-23T10:00:00Z' });
  const b = conversation({ id: 'cnv_b', updated_at: '2026-11-23T11:00:00.123Z', waits_since: '2026-11-23T10:30:00Z' });
  const c = conversation({ id: 'cnv_c', updated_at: '2026-11-23T11:00:00Z', waits_since: '2026-11-23T10:30:00Z' });

  test.each([
    ['waiting', ['cnv_a', 'cnv_b', 'cnv_c']],
    ['unassigned', ['cnv_a', 'cnv_b', 'cnv_c']],
    ['mine', ['cnv_b', 'cnv_a', 'cnv_c']],
    ['closed', ['cnv_b', 'cnv_a', 'cnv_c']],
  ] as const)('of %s is %j', (queue, expected) => {
    for (const shuffled of [[a, b, c], [c, b, a], [b, c, a]]) {
      expect(shuffled.sort(order({ queue })).map(({ id }) => id)).toEqual(expected);
    }
  });

  test('of a search is by activity, even among those who wait', () => {
    expect([c, a, b].sort(order({ queue: 'waiting', q: 'x' })).map(({ id }) => id)).toEqual(['cnv_b', 'cnv_a', 'cnv_c']);
  });
});

test.each([
  [{ queue: 'bot' }, true],
  [{ queue: 'team' }, false],
  [{ bot: 'bot_1' }, true],
  [{ bot: 'bot_2' }, false],
  [{ label: 'lbl_1' }, true],
  [{ label: 'lbl_2' }, false],
  [{ since: '2026-11-01', until: '2026-11-30' }, true],
  [{ since: '2026-11-30' }, false],
  [{ until: '2026-11-01' }, false],
  [{ since: 'soon' }, true], // what is no day narrows nothing
] as const)('a view of %j has it: %s', (view, expected) => {
  expect(belongs(conversation({ labels: ['lbl_1'] }), view, 'usr_ada', now)).toBe(expected);
});
