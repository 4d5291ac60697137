import { expect, test } from 'vitest';
import { fill } from '../../live/replies';
import { insert, namesVisitor, shortcut, variables } from './variables';

test.each([
  ['', 0, 0, '{{company}}', 11],
  ['from ', 5, 5, 'from {{company}}', 16],
  ['from', 4, 4, 'from {{company}}', 16],
  ['from us.', 5, 7, 'from {{company}}.', 16],
  ['ab', 1, 1, 'a {{company}} b', 13],
  ['{{bot}}', 7, 7, '{{bot}} {{company}}', 19],
])('a variable goes into %j from %i to %i', (text, from, to, result, caret) => {
  expect(insert(text, 'company', from, to)).toEqual({ text: result, caret });
});

test('the inbox fills in every variable that the menu offers', () => {
  const text = variables.map((variable) => insert('', variable, 0, 0).text).join('|');
  const filled = fill(text, { visitor: { name: 'a', email: 'b' }, agent: 'c', company: 'd', bot: 'e' });
  expect(filled).toBe('a|b|c|d|e');
});

test('a text says something of the visitor or not', () => {
  expect(namesVisitor('Hello {{ visitor.name }}')).toBe(true);
  expect(namesVisitor('Hello from {{company}}')).toBe(false);
});

test.each(['hello', 'a-1', 'x'.repeat(32)])('%j is a shortcut', (text) => expect(text).toMatch(shortcut));
test.each(['', 'Hello', 'a b', 'ü', '/a', 'x'.repeat(33)])('%j is none', (text) => expect(text).not.toMatch(shortcut));
