import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { Webhook } from '../../api/types';
import { server, show } from '../../test/show';
import Webhooks from './webhooks';

const webhook: Webhook = {
  id: 'whk_1',
  url: 'https://shop.example/parley',
  note: '',
  events: ['message.created'],
  enabled: true,
  disabled_reason: '',
  failures: 0,
  last_failure: '',
  created_at: '2026-11-20T08:00:00Z',
};
const rotated = { ...webhook, old_secret_until: '2026-11-24T08:00:00Z' };

async function page(now: Webhook) {
  const { answer, asked } = server({
    'GET /api/v1/webhooks': { status: 200, body: { items: [now] } },
    'POST /api/v1/webhooks/whk_1/rotation': { status: 201, body: { ...rotated, secret: 'whsec_new' } },
    'DELETE /api/v1/webhooks/whk_1/old-secret': { status: 204 },
  });
  vi.stubGlobal('fetch', answer);
  await show(<Webhooks />);
  return asked;
}

test('a new secret is shown once, with how long the old one counts', async () => {
  await page(webhook);
  fireEvent.click(await screen.findByLabelText(/^Actions for/));
  fireEvent.click(await screen.findByText('Replace the secret'));
  fireEvent.click(await screen.findByText('Make new secret'));
  await screen.findByText('whsec_new');
  screen.getByText(/signed with the old one as well until/);
  fireEvent.click(screen.getByText('I have copied it'));
  expect(screen.queryByText('whsec_new')).toBeNull();
});

test('the old secret can be ended while it counts', async () => {
  const asked = await page(rotated);
  fireEvent.click(await screen.findByText('End it now'));
  await vi.waitFor(() => expect(asked).toContain('DELETE /api/v1/webhooks/whk_1/old-secret'));
});

test('nothing is said of an old secret where there is none', async () => {
  await page(webhook);
  await screen.findByText(webhook.url);
  expect(screen.queryByText('End it now')).toBeNull();
});
