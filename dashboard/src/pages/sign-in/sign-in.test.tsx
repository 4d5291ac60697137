import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { server, show } from '../../test/show';
import { challengeOf } from './challenge';
import { SecondStep } from './second-step';

const answer = 'POST /api/v1/auth/second-factor';

afterEach(() => {
  vi.unstubAllGlobals();
  window.history.replaceState(null, '', '/');
});

async function step(said: { status: number; body?: unknown }, startOver = () => undefined) {
  const { answer: fetch, asked } = server({ [answer]: said });
  vi.stubGlobal('fetch', fetch);
  await show(<SecondStep challenge="chl_1" startOver={startOver} />);
  return asked;
}

test('a wrong code is said at its field, which is empty again', async () => {
  await step({ status: 401, body: { code: 'second_factor_wrong', detail: 'This code is not right.' } });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('Six-digit code'), '123456');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('This code is not right.')).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>('Six-digit code').value).toBe('');
});

test('once the step is over one begins again', async () => {
  const startOver = vi.fn();
  await step({ status: 401, body: { code: 'challenge_invalid', detail: 'That took too long.' } }, startOver);
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('Six-digit code'), '123456');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await user.click(await screen.findByRole('button', { name: 'Sign in again' }));
  expect(startOver).toHaveBeenCalled();
});

test('a recovery code may have letters', async () => {
  await step({ status: 401, body: { code: 'second_factor_wrong', detail: 'This code is not right.' } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'Use a recovery code' }));
  await user.type(screen.getByLabelText('Recovery code'), 'abcd-efgh');
  expect(screen.getByLabelText<HTMLInputElement>('Recovery code').value).toBe('abcd-efgh');
});

test('the challenge of a sign-in elsewhere is behind the #', () => {
  expect(challengeOf()).toBeUndefined();
  window.history.replaceState(null, '', '/sign-in#challenge=chl_2');
  expect(challengeOf()).toBe('chl_2');
});
