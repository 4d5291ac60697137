import { expect, test } from 'vitest';
import { commands, keys, meaning, pairWithin, type Press } from './keys';

const press = (key: string, change: Partial<Press> = {}): Press => ({ key, ctrl: false, alt: false, at: 1000, typing: false, taken: false, ...change });

test.each([
  ['j', 'next'],
  ['K', 'previous'],
  ['t', 'take'],
  ['/', 'search'],
  ['?', 'help'],
  ['b', 'release'],
  ['x', undefined],
  ['Enter', undefined],
  ['Tab', undefined],
])('%s means %s', (key, command) => {
  expect(meaning(press(key)).command).toBe(command);
});

test.each([
  ['in a field', { typing: true }],
  ['in a dialog', { taken: true }],
  ['with Alt', { alt: true }],
  ['with Ctrl', { ctrl: true }],
] as const)('keys mean nothing %s', (_, change) => {
  for (const key of ['j', 't', '/', '?', 'g']) expect(meaning(press(key, change))).toEqual({});
});

test('Ctrl and K finds, even in a field', () => {
  expect(meaning(press('k', { ctrl: true, typing: true })).command).toBe('palette');
});

test('two keys go to a queue, if the second comes soon', () => {
  const { pending, command } = meaning(press('g'));
  expect(command).toBeUndefined();
  expect(meaning(press('b', { at: 1000 + pairWithin }), pending).command).toBe('bot');
  expect(meaning(press('b', { at: 1001 + pairWithin }), pending).command).toBe('release');
  expect(meaning(press('x', { at: 1100 }), pending)).toEqual({});
});

test('no two commands have the same keys', () => {
  expect(new Set(commands.map((command) => keys[command])).size).toBe(commands.length);
});
