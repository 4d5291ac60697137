import { expect, test } from 'vitest';
import { localPath } from './local-path';

test.each([
  ['/bots/bot_1/knowledge?add=faq#x', '/bots/bot_1/knowledge?add=faq#x'],
  ['//evil.example/', undefined],
  ['/\\evil.example/', undefined],
  ['https://evil.example/', undefined],
  ['javascript:alert(1)', undefined],
  [undefined, undefined],
  [['/a'], undefined],
])('after signing in, %j leads to %j', (next, expected) => {
  expect(localPath(next)).toBe(expected);
});
