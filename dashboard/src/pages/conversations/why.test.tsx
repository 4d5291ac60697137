import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Trace } from '../../api/types';
import type { Message } from '../../live/transcript';
import { server, show } from '../../test/show';
import { Why } from './why';

afterEach(() => vi.unstubAllGlobals());

const passage = (n: number, more = {}) => ({
  passage: `psg_${n}`, source: 'src_1', title: `Passage ${n}`, text: `Text ${n}.`, score: 7.25, confidence: 0.8, ...more,
});
const trace: Trace = {
  query: 'return bicycle', threshold: 0.5, bot_version: 3, provider: 'openai', model: 'gpt-4o-mini', prompt: 'answer/1', finish: 'stop',
  input_tokens: 1200, output_tokens: 150, calls: 2, cost_usd: 0.00027, retrieved_ms: 12, first_ms: 480, ended_ms: 2480, failed: false,
  passages: [passage(1), passage(2, { confidence: 0.3, text: '<img src=x onerror=alert(1)>', page: 4, headings: ['Terms'] })],
};
const answer: Message = {
  kind: 'message', id: 'msg_2', seq: 2, ended: 3, at: '2026-11-22T09:30:00Z', author: { kind: 'bot' }, text: 'It is.', state: 'whole',
  citations: [{ mark: 1, source: 'src_1', title: 'Passage 1' }],
};
const path = 'GET /api/v1/conversations/cnv_1/events/3/trace';

async function why(status: number, body: unknown, permissions: string[] = []) {
  const stub = server({
    [path]: { status, body },
    'GET /api/v1/me': { status: 200, body: { permissions } },
    'POST /api/v1/bots/bot_1/fixes': { status: 201, body: { source: 'src_2', pairs: [] } },
  });
  vi.stubGlobal('fetch', stub.answer);
  const close = vi.fn();
  const { container } = await show(<Why conversation="cnv_1" bot="bot_1" question="May I return it?" answer={answer} seq={3} close={close} />);
  return { ...stub, close, container };
}

test('it says what was searched for, what was found and cited, what wrote it, and what that cost', async () => {
  const { container } = await why(200, trace);
  await screen.findByText('return bicycle');
  const [first, second] = screen.getAllByRole('listitem');
  expect(within(first!).getByText('Cited')).toBeTruthy();
  expect(first!.textContent).toMatch(/80% sure.*score 7.25/);
  expect(within(second!).queryByText('Cited')).toBeNull();
  expect(second!.textContent).toMatch(/Passage 2 › Terms.*p\. 4.*30% sure, below the line/);
  expect(container.querySelector('img')).toBeNull();
  for (const text of ['A language model', 'gpt-4o-mini', 'answer/1', '1,200 in, 150 out', '$0.00027', 'stop']) screen.getByText(text);
  expect(screen.getByText('Writing').parentElement!.textContent).toMatch(/Writing2 sec.*after 2.5 sec/);
});

test('the panel has the focus, and Escape closes it', async () => {
  const { close } = await why(200, trace);
  await screen.findByText('return bicycle');
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Why this answer?' }));
  await userEvent.keyboard('{Escape}');
  expect(close).toHaveBeenCalledOnce();
});

test('an answer without a model, without passages and without an end is explained too', async () => {
  await why(200, { ...trace, provider: 'extractive', model: undefined, cost_usd: undefined, input_tokens: 0, output_tokens: 0, passages: [], first_ms: undefined, ended_ms: undefined, failed: true });
  await screen.findByText('The best sentences of the passages');
  screen.getByText(/The bot does not guess/);
  screen.getByText('Not known');
  screen.getByText('It was cut short.');
  screen.getByText(/The answer failed/);
  expect(screen.queryByText('Not counted')).toBeNull();
});

test('what was not kept is said, and what did not arrive can be asked for again', async () => {
  await why(404, { code: 'not_found', title: 'No.' });
  await screen.findByText('Nothing was kept about this answer');
});

test('a failure to load can be tried again', async () => {
  const { asked } = await why(503, { code: 'unavailable', title: 'Away.' });
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  await screen.findByRole('alert');
  expect(asked.filter((request) => request === path)).toHaveLength(2);
});

test('whoever may change the bot says there how it answers from now on', async () => {
  const { asked, close } = await why(200, trace, ['manage_bots']);
  await userEvent.click(await screen.findByRole('button', { name: 'Fix this answer' }));
  expect(await screen.findByLabelText('Question')).toHaveProperty('value', 'May I return it?');
  const words = screen.getByLabelText('Answer');
  expect(words).toHaveProperty('value', 'It is.');
  await userEvent.type(words, ' Within 45 days.');
  await userEvent.click(screen.getByRole('button', { name: 'Save answer' }));
  await waitFor(() => expect(screen.queryByLabelText('Answer')).toBeNull());
  expect(asked).toContain('POST /api/v1/bots/bot_1/fixes');
  expect(close).not.toHaveBeenCalled();
});

test('who may not change the bot is offered no correction', async () => {
  await why(200, trace, ['read']);
  await screen.findByText('return bicycle');
  expect(screen.queryByRole('button', { name: 'Fix this answer' })).toBeNull();
});
