import { expect, test } from 'vitest';
import type { Bot, Conversation, Source } from '../../api/types';
import { type Facts, next } from './checklist';

const origin = 'https://parley.example';
const bot = { domains: [] as string[] } as Bot;
const source = (state: Source['state']) => ({ state }) as Source;
const on = (page: string) => ({ page }) as Conversation;
const nothing: Facts = { sources: [], tried: false, conversations: [], origin };

test.each<[string, Facts, ReturnType<typeof next>]>([
  ['nothing is there', nothing, 'bot'],
  ['there is a bot', { ...nothing, bot }, 'source'],
  ['its only source is still being read', { ...nothing, bot, sources: [source('reading')] }, 'source'],
  ['its only source failed', { ...nothing, bot, sources: [source('failed')] }, 'source'],
  ['a source is ready', { ...nothing, bot, sources: [source('ready')] }, 'try'],
  ['it was tried', { ...nothing, bot, sources: [source('ready')], tried: true }, 'paste'],
  [
    'it was only ever tried on the demo page',
    { ...nothing, bot: { ...bot, domains: ['shop.example'] }, sources: [source('ready')], conversations: [on(`${origin}/demo?bot=x`)] },
    'conversation',
  ],
  [
    'a visitor wrote on a website',
    { ...nothing, bot: { ...bot, domains: ['shop.example'] }, sources: [source('ready')], conversations: [on('https://shop.example/')] },
    undefined,
  ],
])('when %s, the next step is right', (_, facts, expected) => {
  expect(next(facts)).toBe(expected);
});
