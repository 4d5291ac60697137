import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { server, show } from '../../test/show';
import Join from './join';

const invitation = { company: 'Acme', email: 'ben@acme.example', role: 'agent', account: false };
const lookup = 'POST /api/v1/invitations/lookup';
const methods = 'GET /api/v1/auth/methods';
const accept = 'POST /api/v1/invitations/accept';

beforeEach(() => window.history.replaceState(null, '', '/join#inv_1.secret'));
afterEach(() => {
  vi.unstubAllGlobals();
  window.history.replaceState(null, '', '/');
});

async function open(answers: Parameters<typeof server>[0]) {
  const { answer, asked } = server({ [methods]: { status: 200, body: { oidc: null } }, ...answers });
  vi.stubGlobal('fetch', answer);
  await show(<Join />);
  return asked;
}

test('the link says who invites and as what, and its token leaves the address', async () => {
  await open({ [lookup]: { status: 200, body: invitation } });
  expect(await screen.findByRole('heading', { name: 'Join Acme' })).toBeTruthy();
  expect(screen.getByText(/invited as an agent/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>('Email').value).toBe('ben@acme.example');
  expect(window.location.hash).toBe('');
});

test('a new person chooses a name and a password; one with an account gives its password', async () => {
  await open({ [lookup]: { status: 200, body: invitation } });
  expect(await screen.findByLabelText('Your name')).toBeTruthy();
  expect(screen.getByLabelText('Password').getAttribute('autocomplete')).toBe('new-password');
});

test('one who has an account is asked for its password only', async () => {
  await open({ [lookup]: { status: 200, body: { ...invitation, account: true } } });
  const password = await screen.findByLabelText('Password');
  expect(password.getAttribute('autocomplete')).toBe('current-password');
  expect(screen.queryByLabelText('Your name')).toBeNull();
});

test('a wrong password is said at its field, and signs nobody out', async () => {
  const asked = await open({
    [lookup]: { status: 200, body: { ...invitation, account: true } },
    [accept]: { status: 401, body: { code: 'credentials_wrong', detail: 'They do not belong together.' } },
  });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('Password'), 'not this one');
  await user.click(screen.getByRole('button', { name: 'Join' }));
  expect(await screen.findByText('They do not belong together.')).toBeTruthy();
  expect(asked.filter((request) => request !== methods)).toEqual([lookup, accept]);
});

test('an account with a second factor is asked for it', async () => {
  await open({
    [lookup]: { status: 200, body: { ...invitation, account: true } },
    [accept]: { status: 401, body: { code: 'second_factor_required', detail: 'One more step.', challenge: 'chl_1' } },
  });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('Password'), 'correct horse battery');
  await user.click(screen.getByRole('button', { name: 'Join' }));
  expect(await screen.findByLabelText('Six-digit code')).toBeTruthy();
});

test.each([
  ['when it is opened', { [lookup]: { status: 404, body: { code: 'invitation_invalid' } } }],
  [
    'when it is accepted',
    { [lookup]: { status: 200, body: invitation }, [accept]: { status: 404, body: { code: 'invitation_invalid' } } },
  ],
])('an invitation that is over says so %s', async (_, answers) => {
  await open(answers);
  const name = accept in answers ? await screen.findByLabelText('Your name') : undefined;
  if (name) {
    const user = userEvent.setup();
    await user.type(name, 'Ben');
    await user.type(screen.getByLabelText('Password'), 'correct horse battery');
    await user.click(screen.getByRole('button', { name: 'Join' }));
  }
  expect(await screen.findByRole('heading', { name: 'This invitation is not valid any more' })).toBeTruthy();
});

test('an address without a token asks for the whole link', async () => {
  window.history.replaceState(null, '', '/join');
  await open({});
  expect(await screen.findByRole('heading', { name: 'This link is not complete' })).toBeTruthy();
});
