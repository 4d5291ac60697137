import { screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import '../../i18n/inbox';
import { server, show } from '../../test/show';
import { Copies } from './copies';

async function shown(items: object[]) {
  vi.stubGlobal('fetch', server({ 'GET /api/v1/visitors/vis_1/copies': { status: 200, body: { items } } }).answer);
  await show(<Copies visitor="vis_1" />);
}

test('texts that have the words of a visitor lead to where they are changed', async () => {
  await shown([
    { bot: 'bot_1', source: 'src_1', question: 'Where is my parcel?' },
    { bot: 'bot_1', test: 'tst_1', question: 'Is my parcel late?' },
  ]);
  expect((await screen.findByText('Where is my parcel?')).closest('a')?.getAttribute('href')).toBe('/bots/bot_1/knowledge/src_1');
  expect(screen.getByText('Is my parcel late?').closest('a')?.getAttribute('href')).toBe('/bots/bot_1/tests');
});

test('nothing is said where there are none', async () => {
  await shown([]);
  await vi.waitFor(() => expect(screen.queryByText(/^Looking/)).toBeNull());
  expect(screen.queryByText(/have words of theirs/)).toBeNull();
});
