import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Bot, NewPreview, Preview } from '../../api/types';
import { show } from '../../test/show';
import { Playground } from './playground';
import { historyOf, usePlayground } from './use-playground';

const bot = {
  id: 'bot_1', name: 'Fernway', appearance: { starters: ['Do you deliver?'] },
  settings: { instructions: '', tone: '', length: '', threshold: 0, fallback: 'Ask us.' },
} as unknown as Bot;
const answerTo = (text: string): Preview => ({
  text: `About ${text}`, citations: [], answered_by: 'model', model: 'gpt-4o-mini', query: text, threshold: 0.5, passages: [],
  prompt: [{ role: 'system', text: 'You are Fernway.' }], timing_ms: { retrieved: 1, first_piece: 2, ended: 30 }, input_tokens: 1200, output_tokens: 150, cost_micros: 270,
});

let asked: NewPreview[];
let fail: boolean;
beforeEach(() => {
  asked = [];
  fail = false;
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/api/v1/bots/bot_1/preview') return Response.json({ permissions: ['manage_bots'] });
    if (fail) return Response.json({ code: 'unavailable', title: 'Away.' }, { status: 503 });
    const question = (await request.json()) as NewPreview;
    asked.push(question);
    return Response.json(answerTo(question.text));
  });
});
afterEach(() => vi.unstubAllGlobals());

function Game() {
  return <Playground bot={bot} game={usePlayground(bot.id, () => {})} />;
}
const ask = (question: string) => userEvent.type(screen.getByLabelText('Question'), `${question}{Enter}`);

test('a question that follows is asked with what was said before, and starting over forgets that', async () => {
  await show(<Game />);
  await ask('first');
  await screen.findByText('About first');
  await ask('second');
  await screen.findByText('About second');
  expect(asked[0]).toEqual({ text: 'first', history: [] });
  expect(asked[1]?.history).toEqual([{ role: 'visitor', text: 'first' }, { role: 'business', text: 'About first' }]);
  await userEvent.click(screen.getByRole('button', { name: 'Start over' }));
  await userEvent.click(screen.getByRole('button', { name: 'Do you deliver?' }));
  await screen.findByText('About Do you deliver?');
  expect(asked[2]).toEqual({ text: 'Do you deliver?', history: [] });
});

test('it says what the model was told, how much it read and wrote, and what that cost', async () => {
  await show(<Game />);
  await ask('first');
  await screen.findByText('You are Fernway.');
  for (const fact of ['gpt-4o-mini', '1,200 in, 150 out', '$0.00027']) screen.getByText(fact);
});

test('the visitor’s language and the settings that were changed go with a question, and nothing else does', async () => {
  await show(<Game />);
  await userEvent.selectOptions(screen.getByLabelText('Language of the visitor'), 'de');
  await userEvent.click(screen.getByRole('radio', { name: 'Settings' }));
  await userEvent.clear(screen.getByLabelText('When it finds nothing, it says'));
  await userEvent.click(screen.getByRole('radio', { name: 'Brief' }));
  screen.getByText('You are trying 2 settings that are not saved.');
  await ask('first');
  await screen.findByText('About first');
  expect(asked[0]).toEqual({ text: 'first', history: [], locale: 'de', settings: { tone: 'brief', fallback: '' } });
});

test('asking again is asking with what was said before the answer, not after', async () => {
  await show(<Game />);
  await ask('first');
  await screen.findByText('About first');
  await userEvent.click(screen.getByRole('button', { name: 'Ask again' }));
  expect(await screen.findAllByText('About first')).toHaveLength(2);
  expect(asked[1]).toEqual({ text: 'first', history: [] });
});

test('a question that failed can be asked again, and is no part of what was said', async () => {
  fail = true;
  await show(<Game />);
  await ask('first');
  const again = await screen.findByRole('button', { name: 'Try again' });
  fail = false;
  await userEvent.click(again);
  await screen.findByText('About first');
  expect(asked).toEqual([{ text: 'first', history: [] }]);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('the server is told the last twenty things that were said', () => {
  const turns = Array.from({ length: 12 }, (_, id) => ({ id, question: `q${id}`, before: [], answer: answerTo(`q${id}`) }));
  const history = historyOf(turns);
  expect(history).toHaveLength(20);
  expect(history[0]).toEqual({ role: 'visitor', text: 'q2' });
});
