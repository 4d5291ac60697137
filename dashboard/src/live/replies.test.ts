import { expect, test } from 'vitest';
import { fill, fitting, mentioning, mentionsIn, wanted } from './replies';

const filling = { visitor: { name: 'Mia', email: 'mia@mail.example' }, agent: 'Ada', company: 'Acme', bot: 'Helper' };

test.each([
  ['Hi {{visitor.name}}, this is {{agent.name}}.', 'Hi Mia, this is Ada.'],
  ['{{ company }}: {{bot}}', 'Acme: Helper'],
  ['We write to {{visitor.email}}.', 'We write to mia@mail.example.'],
  ['{{visitor.phone}} and {{order}}', '{{visitor.phone}} and {{order}}'],
  ['nothing {to} fill', 'nothing {to} fill'],
])('%j is filled in as %j', (text, expected) => {
  expect(fill(text, filling)).toBe(expected);
});

test('what is not known leaves no gap', () => {
  const unknown = { ...filling, visitor: {} };
  expect(fill('Hi {{visitor.name}}, good day.', unknown)).toBe('Hi, good day.');
  expect(fill('{{visitor.name}}', unknown)).toBe('');
});

test('a value that looks like a variable is left as it is', () => {
  expect(fill('Hi {{visitor.name}}', { ...filling, visitor: { name: '{{company}}' } })).toBe('Hi {{company}}');
});

test.each([
  ['/', ''],
  ['/ref', 'ref'],
  ['/refund steps', 'refund steps'],
  ['', undefined],
  ['hello /ref', undefined],
  ['/usr/bin', undefined],
  ['/ref\n', undefined],
])('%j looks for %j', (text, expected) => {
  expect(wanted(text)).toBe(expected);
});

const reply = (shortcut: string, title: string, text = '') => ({ id: shortcut, shortcut, title, text });
const replies = [reply('bye', 'Farewell'), reply('refund', 'How to return'), reply('hi', 'Hello', 'we refund'), reply('late', 'Refund is late')];

test.each([
  ['', ['bye', 'hi', 'late', 'refund']],
  ['refund', ['refund', 'late', 'hi']],
  ['HELLO', ['hi']],
  ['nothing', []],
])('of the saved replies %j finds %j', (typed, expected) => {
  expect(fitting(replies, typed).map(({ id }) => id)).toEqual(expected);
});

test.each([
  ['@', 1, { at: 0, typed: '' }],
  ['ask @bo', 7, { at: 4, typed: 'bo' }],
  ['ask @bo please', 7, { at: 4, typed: 'bo' }],
  ['ask @bo please', 14, undefined],
  ['mail a@b', 8, undefined],
])('in %j at %i somebody is named: %j', (text, caret, expected) => {
  expect(mentioning(text, caret)).toEqual(expected);
});

test.each([
  ['@Bo Li please', ['usr_2']],
  ['@Bob and @Bo', ['usr_1', 'usr_3']],
  ['@Bobby', []],
  ['Bo', []],
  ['@Bo, look', ['usr_1']],
])('%j mentions %j', (text, expected) => {
  const members = [
    { id: 'usr_1', name: 'Bo' },
    { id: 'usr_2', name: 'Bo Li' },
    { id: 'usr_3', name: 'Bob' },
    { id: 'usr_4', name: '' },
  ];
  expect(mentionsIn(text, members).map(({ id }) => id)).toEqual(expected);
});
