import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { Appearance, Bot, Settings } from './types';

const path = (bot: string) => ({ params: { path: { bot } } });

/** Oldest first. */
export const botsQuery = queryOptions({
  queryKey: ['bots'],
  queryFn: async () => (await body(api.GET('/api/v1/bots'))).items,
});

export const botQuery = (id: string) =>
  queryOptions({
    queryKey: ['bots', id],
    queryFn: () => body(api.GET('/api/v1/bots/{bot}', path(id))),
  });

export function createBot(name: string): Promise<Bot> {
  return body(api.POST('/api/v1/bots', { body: { name } }));
}

export function saveSettings(id: string, name: string, settings: Partial<Settings>): Promise<Bot> {
  return body(api.PATCH('/api/v1/bots/{bot}', { ...path(id), body: { name, settings } }));
}

export function saveAppearance(id: string, appearance: Appearance): Promise<Appearance> {
  return body(api.PUT('/api/v1/bots/{bot}/appearance', { ...path(id), body: appearance }));
}

/** Changes a part of how the widget looks. The server takes it as a whole, so the rest is sent as it is there now. */
export async function changeAppearance(id: string, change: Partial<Appearance>): Promise<Appearance> {
  const now = await body(api.GET('/api/v1/bots/{bot}/appearance', path(id)));
  return saveAppearance(id, { ...now, ...change });
}

/** The domains as the server understood them. */
export async function saveDomains(id: string, domains: string[]): Promise<string[]> {
  return (await body(api.PUT('/api/v1/bots/{bot}/domains', { ...path(id), body: { domains } }))).domains;
}

/** What a change of a bot makes stale. */
export function botChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ['bots'] });
}
