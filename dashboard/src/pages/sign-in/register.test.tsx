import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { server, show } from '../../test/show';
import { Register } from './register';

afterEach(() => vi.unstubAllGlobals());

async function submit(answer: { status: number; body?: unknown }) {
  const { answer: fetch, asked } = server({ 'POST /api/v1/auth/register': answer });
  vi.stubGlobal('fetch', fetch);
  await show(<Register />);
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('Business name'), 'Acme');
  await user.type(screen.getByLabelText('Email'), 'mia@acme.example');
  await user.type(screen.getByLabelText('Password'), 'correct horse battery');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  return asked;
}

const refused = (code: string, detail: string) => ({ status: 422, body: { code, detail } });

test('an address that is taken is said at its field', async () => {
  await submit({ status: 409, body: { code: 'email_taken', detail: 'There is an account with this e-mail address.' } });
  expect(await screen.findByText('There is an account with this e-mail address.')).toBeTruthy();
  expect(screen.getByLabelText('Email').getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByLabelText('Password').getAttribute('aria-invalid')).not.toBe('true');
});

test('a password that is too simple is said at its field', async () => {
  await submit(refused('password_too_simple', 'This password would be guessed quickly.'));
  await screen.findByText('This password would be guessed quickly.');
  expect(screen.getByLabelText('Password').getAttribute('aria-invalid')).toBe('true');
});

test('any other refusal is said above the button, and what was typed stays', async () => {
  await submit({ status: 500, body: { code: 'internal', detail: 'Something went wrong on our side.', request_id: 'req_7' } });
  expect((await screen.findByRole('alert')).textContent).toContain('req_7');
  expect(screen.getByLabelText<HTMLInputElement>('Business name').value).toBe('Acme');
});
