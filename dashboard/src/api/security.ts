import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';

// What makes sure that a person is who they say, and stays the only one who can.

/** How one may sign in here, beside a password. */
export const methodsQuery = queryOptions({
  queryKey: ['auth', 'methods'],
  queryFn: () => body(api.GET('/api/v1/auth/methods', {})),
  staleTime: Infinity,
});

/** The second step of a sign-in. The challenge is good for five minutes and five tries. */
export async function answerChallenge(challenge: string, code: string): Promise<void> {
  await body(api.POST('/api/v1/auth/second-factor', { body: { challenge, code } }));
}

/** The answer is the same whether there is such an account or not. */
export async function askForReset(email: string): Promise<void> {
  await body(api.POST('/api/v1/auth/password-resets', { body: { email } }));
}

/** Ends all sessions of the account. */
export async function resetPassword(token: string, password: string): Promise<void> {
  await body(api.POST('/api/v1/auth/password', { body: { token, password } }));
}

/** Of the address of a new account, and of one that it changes to. */
export async function confirmEmail(token: string): Promise<void> {
  await body(api.POST('/api/v1/auth/confirm', { body: { token } }));
}

export async function sendConfirmation(): Promise<void> {
  await body(api.POST('/api/v1/me/confirmation'));
}

/** Ends all other sessions. */
export async function changePassword(current: string, next: string): Promise<void> {
  await body(api.POST('/api/v1/me/password', { body: { current, new: next } }));
}

/** It changes once the mail to the new address is answered. */
export async function changeEmail(password: string, email: string): Promise<void> {
  await body(api.POST('/api/v1/me/email', { body: { password, email } }));
}

export const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: async () => (await body(api.GET('/api/v1/me/sessions', {}))).items,
});

export async function endSession(session: string): Promise<void> {
  await body(api.DELETE('/api/v1/me/sessions/{session}', { params: { path: { session } } }));
}

/** All but the one that asks. */
export async function endOtherSessions(): Promise<void> {
  await body(api.DELETE('/api/v1/me/sessions'));
}

export const secondFactorQuery = queryOptions({
  queryKey: ['me', 'second-factor'],
  queryFn: () => body(api.GET('/api/v1/me/second-factor', {})),
});

/** A secret for an authenticator app. It counts once a code of it was given. */
export function beginSecondFactor(password: string) {
  return body(api.POST('/api/v1/me/second-factor', { body: { password } }));
}

export async function finishSecondFactor(code: string): Promise<string[]> {
  return (await body(api.PUT('/api/v1/me/second-factor', { body: { code } }))).recovery_codes;
}

export async function endSecondFactor(password: string, code: string): Promise<void> {
  await body(api.DELETE('/api/v1/me/second-factor', { body: { password, code } }));
}

/** New ones; the former work no more. */
export async function newRecoveryCodes(code: string): Promise<string[]> {
  return (await body(api.POST('/api/v1/me/second-factor/recovery-codes', { body: { code } }))).recovery_codes;
}

export const singleSignOnQuery = queryOptions({
  queryKey: ['me', 'oidc'],
  queryFn: () => body(api.GET('/api/v1/me/oidc', {})),
});

/** Where to go to link the account with the one at the identity provider. */
export async function linkSingleSignOn(password: string): Promise<string> {
  return (await body(api.POST('/api/v1/me/oidc', { body: { password } }))).url;
}

export async function unlinkSingleSignOn(): Promise<void> {
  await body(api.DELETE('/api/v1/me/oidc'));
}

/** Erases the account, with what only it can open. */
export async function eraseMe(password: string): Promise<void> {
  await body(api.DELETE('/api/v1/me', { body: { password } }));
}
