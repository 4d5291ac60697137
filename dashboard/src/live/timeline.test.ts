import { expect, test } from 'vitest';
import type { Activity, Note } from '../api/types';
import type { Outgoing } from './outbox';
import { firstUnread, lastSeen, timeline } from './timeline';
import type { Entry } from './transcript';

const at = '2026-11-23T12:00:00Z';
const message = (seq: number, kind: 'visitor' | 'bot' | 'agent', clientId?: string): Entry => ({
  kind: 'message', id: `m${seq}`, seq, at, author: { kind }, text: '', clientId, state: 'whole', citations: [],
});
const note = (id: string, seq: number, client_id?: string): Note => ({ id, seq, at, author: { id: 'usr_1', name: 'Ada' }, text: '', mentions: [], client_id });
const activity = (id: string, seq: number, change: Partial<Activity> = {}): Activity => ({ id, seq, at, kind: 'spam', ...change });
const outgoing = (id: string): Outgoing => ({ id, conversation: 'cnv_1', kind: 'reply', text: '', mentions: [], at });
const whole = (...entries: Entry[]) => ({ base: 0, entries });
const keys = (...lines: Parameters<typeof timeline>) => timeline(...lines).map(({ key }) => key);

test.each([
  ['a note stands behind the event that was last when it was written', [note('n', 2)], ['e1', 'e2', 'n', 'e4']],
  ['one at an answer that is being written stands behind its beginning', [note('n', 3)], ['e1', 'e2', 'n', 'e4']],
  ['one before all stands first', [note('n', 0)], ['n', 'e1', 'e2', 'e4']],
  ['one about the end stands last', [note('n', 9)], ['e1', 'e2', 'e4', 'n']],
])('%s', (_, notes, expected) => {
  expect(keys(whole(message(1, 'visitor'), message(2, 'bot'), message(4, 'visitor')), notes, [], [])).toEqual(expected);
});

test('what is beside events that were not read yet comes with them', () => {
  const notes = [note('n0', 0), note('n2', 2), note('n3', 3), note('n4', 4)];
  expect(keys({ base: 3, entries: [message(4, 'visitor')] }, notes, [activity('a', 1)], [])).toEqual(['n3', 'e4', 'n4']);
});

test('what is on its way stands at the end until it has arrived', () => {
  const log = whole(message(1, 'visitor'), message(2, 'agent', 'c-1'));
  expect(keys(log, [note('n', 2, 'c-2')], [], [outgoing('c-1'), outgoing('c-2'), outgoing('c-3')])).toEqual(['e1', 'e2', 'n', 'c-3']);
});

test('labels that somebody added together are one line', () => {
  const added = (id: string, seq: number, target: string, by = 'usr_1') => activity(id, seq, { kind: 'labelled', target, by });
  const lines = timeline(whole(message(1, 'visitor')), [], [added('a', 1, 'x'), added('b', 1, 'y'), added('c', 1, 'z', 'usr_2'), added('d', 2, 'x', 'usr_2')], []);
  expect(lines.flatMap((line) => ('activity' in line ? [line.targets] : []))).toEqual([['x', 'y'], ['z'], ['x']]);
});

test('"Seen" stands under the last message of an agent that the visitor has read', () => {
  const log = [message(1, 'agent'), message(2, 'visitor'), message(3, 'agent'), message(4, 'agent')];
  expect([0, 1, 3, 9].map((read) => lastSeen(log, read))).toEqual([undefined, 1, 3, 4]);
});

test('new begins at the first message of the other side that was not read', () => {
  const log = whole(message(1, 'visitor'), message(2, 'agent'), message(3, 'agent'), message(4, 'visitor'), message(5, 'visitor'));
  expect([0, 1, 2, 4, 5].map((read) => firstUnread(log, read))).toEqual([undefined, 4, 4, 5, undefined]);
});

test('it is not known where new begins while that is before what was read of the log', () => {
  const end = { base: 3, entries: [message(4, 'visitor'), message(5, 'visitor')] };
  expect([1, 2, 3, 4].map((read) => firstUnread(end, read))).toEqual([undefined, undefined, 4, 5]);
});
