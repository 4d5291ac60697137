import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { VisitorIdentity } from './types';

const one = (bot: string) => ({ params: { path: { bot } } });
const at = '/api/v1/bots/{bot}/identity';

/** Whether, and by which secrets, a website says who its visitors are. */
export const identityQuery = (bot: string) =>
  queryOptions({
    queryKey: ['identity', bot],
    queryFn: (): Promise<VisitorIdentity> => body(api.GET(at, one(bot))),
  });

export async function requireIdentity(bot: string, required: boolean): Promise<void> {
  await body(api.PUT(at, { ...one(bot), body: { required } }));
}

/** The secret is told once. */
export function addSecret(bot: string): Promise<{ id: string; secret: string }> {
  return body(api.POST(`${at}/secrets`, one(bot)));
}

export async function deleteSecret(bot: string, secret: string): Promise<void> {
  await body(api.DELETE(`${at}/secrets/{secret}`, { params: { path: { bot, secret } } }));
}
