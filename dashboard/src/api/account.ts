import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import type { Me } from './types';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => call<Me>('GET', 'me'),
  staleTime: 5 * 60_000,
});

export interface Registration {
  company: string;
  email: string;
  password: string;
}

export function register(registration: Registration): Promise<void> {
  return call('POST', 'auth/register', registration);
}

export function signIn(email: string, password: string): Promise<void> {
  return call('POST', 'auth/login', { email, password });
}

export function signOut(): Promise<void> {
  return call('POST', 'auth/logout');
}
