import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Citation, Trace } from '../../api/types';
import type { Message } from '../../live/transcript';
import { server, show } from '../../test/show';
import { isCited } from './cited';
import { steps } from './steps';
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

async function why(status: number, body: unknown) {
  const stub = server({ [path]: { status, body } });
  vi.stubGlobal('fetch', stub.answer);
  const close = vi.fn();
  const { container } = await show(<Why conversation="cnv_1" answer={answer} seq={3} close={close} />);
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
  expect(asked).toEqual([path, path]);
});

test('the parts of the time follow each other, and what it did not come to is left out', () => {
  expect(steps({ retrieved_ms: 12, first_ms: 480, ended_ms: 2480 })).toEqual([
    { name: 'search', start: 0, end: 12 },
    { name: 'wait', start: 12, end: 480 },
    { name: 'write', start: 480, end: 2480 },
  ]);
  expect(steps({ retrieved_ms: 12, ended_ms: 3000 }).map(({ name, end }) => [name, end])).toEqual([['search', 12], ['wait', 3000]]);
  expect(steps({ retrieved_ms: 12, first_ms: 480 }).map(({ name }) => name)).toEqual(['search', 'wait']);
  expect(steps({ retrieved_ms: 0 })).toEqual([]);
});

test('a citation means a passage by its mark, or by its quote where it has none', () => {
  const cited = (citation: Partial<Citation>, n = 1) => isCited(passage(n, { text: ' You have 45 days to return it.' }), n, [{ source: 'src_1', title: 'T', ...citation }]);
  expect(cited({ mark: 1 })).toBe(true);
  expect(cited({ mark: 2 })).toBe(false);
  expect(cited({ quote: 'You have 45 days…' })).toBe(true);
  expect(cited({ quote: 'You have 30 days…' })).toBe(false);
  expect(cited({ quote: 'You have 45 days…', source: 'src_2' })).toBe(false);
  expect(cited({})).toBe(false);
});
