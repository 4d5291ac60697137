import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Source, TestRun } from '../../api/types';
import { show } from '../../test/show';
import { RunReport } from './run-report';

const result = (n: number, more = {}) => ({ test: `tst_${n}`, text: `Question ${n}`, answer: `Answer ${n}`, citations: [], passed: true, took_ms: 12, ...more });
const run: TestRun = {
  id: 'run_2', state: 'finished', by: 'usr_1', unsaved: false, of: 3, done: 3, passed: 2, begun_at: '2026-11-22T09:30:00Z', compared_with: 'run_1',
  results: [result(1), result(2, { passed: false, why: 'The expected words are not in the answer.', phrase: '45 days', source: 'src_1' }), result(3)],
  changed: [{ test: 'tst_2', text: 'Question 2', was: 'passed', is: 'failed' }],
};
const sources = [{ id: 'src_1', title: 'handbook.md' }] as Source[];

test('what changed comes first, then what failed and why; what passed is folded', async () => {
  await show(<RunReport run={run} before={{ ...run, id: 'run_1', passed: 3 }} sources={sources} />);
  screen.getByText('2 of 3 passed');
  expect(screen.getByText(/3 of 3 passed before/)).toBeTruthy();
  const changed = within(screen.getByRole('region', { name: 'What changed' })).getByRole('listitem');
  expect(changed.textContent).toMatch(/Question 2Passed →now Failed/);
  screen.getByText('1 question failed');
  screen.getByText('The expected words are not in the answer.');
  expect(screen.getByText(/cites handbook.md · says “45 days”/)).toBeTruthy();
  const folded = screen.getByText('2 questions passed').closest('details')!;
  expect(folded.open).toBe(false);
  await userEvent.click(screen.getByText('2 questions passed'));
  within(folded).getByText('Answer 3');
});

test('a run that is under way says how far it is', async () => {
  await show(<RunReport run={{ ...run, state: 'running', done: 1, passed: 1, results: [result(1)], changed: [] }} sources={sources} />);
  screen.getByText('1 of 3 asked');
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toMatch(/^33/);
  expect(screen.queryByRole('region', { name: 'What changed' })).toBeNull();
});

test('a first run has nothing to be compared with, and one that broke says why', async () => {
  const { unmount } = await show(<RunReport run={{ ...run, compared_with: undefined, changed: [] }} sources={sources} />);
  screen.getByText(/This is the first run/);
  unmount();
  await show(<RunReport run={{ ...run, state: 'failed', error: 'The model does not answer.' }} sources={sources} />);
  expect(screen.getByRole('alert').textContent).toContain('The model does not answer.');
});
