import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { Registration } from './types';

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
