import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { call } from './client';
import type { Appearance, Bot, Page, Passage, Settings } from './types';

export const botsQuery = queryOptions({
  queryKey: ['bots'],
  queryFn: async () => (await call<Page<Bot>>('GET', 'bots?limit=200')).items ?? [],
});

export const botQuery = (id: string) =>
  queryOptions({
    queryKey: ['bots', id],
    queryFn: () => call<Bot>('GET', `bots/${id}`),
  });

export function createBot(name: string): Promise<Bot> {
  return call('POST', 'bots', { name });
}

export function saveSettings(id: string, name: string, settings: Settings): Promise<Bot> {
  return call('PATCH', `bots/${id}`, { name, settings });
}

export function saveAppearance(id: string, appearance: Appearance): Promise<unknown> {
  return call('PUT', `bots/${id}/appearance`, appearance);
}

export function saveDomains(id: string, domains: string[]): Promise<unknown> {
  return call('PUT', `bots/${id}/domains`, { domains });
}

export async function search(id: string, query: string): Promise<Passage[]> {
  const found = await call<{ passages: Passage[] | null }>('POST', `bots/${id}/search`, {
    query,
    limit: 8,
  });
  return found.passages ?? [];
}

/** What a change of a bot makes stale. */
export function botChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ['bots'] });
}
