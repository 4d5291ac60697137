import { expect, test } from 'vitest';
import type { Bot } from '../../api/types';
import { defaultAccent } from '../../theme/contrast';
import { parseDomains } from './domains';
import { snippet } from './snippet';

const plain = { accent: defaultAccent, theme: 'auto', position: 'right', title: '', launcher: '', avatar: '', starters: [] };
const bot = (appearance: object) => ({ id: 'bot_1', appearance: { ...plain, ...appearance } }) as unknown as Bot;

test('the line names the script and the bot, and nothing that is the default', () => {
  expect(snippet(bot({}), 'https://parley.example')).toBe(
    '<script src="https://parley.example/widget.js" data-bot="bot_1" async></script>',
  );
});

test('looks that differ from the default are in the line, for the first moment on the page', () => {
  const line = snippet(bot({ accent: '#0f766e', position: 'left', launcher: 'Questions?' }), 'https://parley.example');
  expect(line).toContain('data-accent="#0f766e" data-position="left" data-launcher="Questions?"');
});

test('words of the owner cannot leave their attribute', () => {
  const line = snippet(bot({ launcher: '"></script><script>alert(1)//&' }), 'https://parley.example');
  const element = new DOMParser().parseFromString(line, 'text/html').querySelectorAll('script');
  expect(element).toHaveLength(1);
  expect(element[0]?.dataset.launcher).toBe('"></script><script>alert(1)//&');
});

test('addresses are taken down to the domain, whatever stands between them', () => {
  expect(parseDomains(' https://Shop.example/returns?x=1\n*.shop.example, localhost:3000;shop.example ')).toEqual([
    'shop.example',
    '*.shop.example',
    'localhost:3000',
  ]);
  expect(parseDomains(' \n ')).toEqual([]);
});
