import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Source } from '../../api/types';
import { server, show } from '../../test/show';
import { SourceTable } from './source-table';

afterEach(() => vi.unstubAllGlobals());

const source = (change: Partial<Source>): Source => ({
  id: 'src_1',
  kind: 'file',
  title: 'handbook.pdf',
  size: 4_183_000,
  state: 'ready',
  pages: 84,
  pages_read: 84,
  passages: 1204,
  created_at: new Date().toISOString(),
  updated_at: new Date().toISOString(),
  ...change,
});

const row = async (title: string) => (await screen.findByText(title)).closest('tr')!;

test('a source that is read says how many passages came of it', async () => {
  await show(<SourceTable bot="bot_1" sources={[source({})]} />);
  const cells = within(await row('handbook.pdf'));
  expect(cells.getByText('Ready')).toBeTruthy();
  expect(cells.getByText('1,204')).toBeTruthy();
  expect(cells.getByText('4.2 MB')).toBeTruthy();
});

test('a source that is being read says how far', async () => {
  await show(<SourceTable bot="bot_1" sources={[source({ state: 'reading', pages_read: 51 })]} />);
  expect(await screen.findByText('51 of 84 pages')).toBeTruthy();
  expect(screen.getByRole('progressbar', { name: 'Reading handbook.pdf' })).toBeTruthy();
});

test('a source that failed says why', async () => {
  await show(<SourceTable bot="bot_1" sources={[source({ state: 'failed', error: 'It is protected by a password.' })]} />);
  expect(await screen.findByText('It is protected by a password.')).toBeTruthy();
});

test('deleting asks first, naming the source, and does nothing when it is cancelled', async () => {
  const { answer, asked } = server({ 'DELETE /api/v1/bots/bot_1/sources/src_1': { status: 204 } });
  vi.stubGlobal('fetch', answer);
  await show(<SourceTable bot="bot_1" sources={[source({})]} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'Delete handbook.pdf' }));
  const dialog = await screen.findByRole('dialog', { name: 'Delete “handbook.pdf”?' });
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect(asked).toEqual([]);

  await user.click(screen.getByRole('button', { name: 'Delete handbook.pdf' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(asked).toEqual(['DELETE /api/v1/bots/bot_1/sources/src_1']));
});
