import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import { renewSession } from './session';
import type { Registration, Welcome } from './types';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => body(api.GET('/api/v1/me')),
  staleTime: 5 * 60_000,
});

// The server answers with tokens and with cookies. The dashboard lives on the
// cookies; the tokens are left unread.

export async function register(registration: Registration): Promise<void> {
  await body(api.POST('/api/v1/auth/register', { body: registration }));
}

export async function signIn(email: string, password: string): Promise<void> {
  await body(api.POST('/api/v1/auth/login', { body: { email, password } }));
}

export async function signOut(): Promise<void> {
  await body(api.POST('/api/v1/auth/logout'));
}

/** A name is in the session too, which visitors see it from: it is renewed. */
export async function rename(name: string): Promise<void> {
  await body(api.PATCH('/api/v1/me', { body: { name } }));
  await renewSession();
}

export async function setAvailable(available: boolean): Promise<void> {
  await body(api.PATCH('/api/v1/me', { body: { available } }));
}

export function readInvitation(token: string): Promise<Welcome> {
  return body(api.POST('/api/v1/invitations/lookup', { body: { token } }));
}

/** Signs in to the team that invited. An account's own password, or the one that a new account shall have. */
export async function join(token: string, name: string, password: string): Promise<void> {
  await body(api.POST('/api/v1/invitations/accept', { body: { token, name: name || undefined, password } }));
}
