import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { api, body } from './client';
import type { NewSource, Source } from './types';

const key = (bot: string) => ['sources', bot] as const;

/** Sources that will change by themselves: they wait, or are being read. */
export function inWork(source: Source): boolean {
  return source.state !== 'ready' && source.state !== 'failed';
}

/** How often sources that are being read are asked for. */
const watchEvery = 1500;

/** Newest first. */
export const sourcesQuery = (bot: string) =>
  infiniteQueryOptions({
    queryKey: key(bot),
    queryFn: ({ pageParam: cursor }) =>
      body(api.GET('/api/v1/bots/{bot}/sources', { params: { path: { bot }, query: { limit: 100, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(inWork)) ? watchEvery : false),
  });

export function addSource(bot: string, source: NewSource): Promise<Source> {
  return body(api.POST('/api/v1/bots/{bot}/sources', { params: { path: { bot } }, body: source }));
}

export async function deleteSource(bot: string, source: string): Promise<void> {
  await body(api.DELETE('/api/v1/bots/{bot}/sources/{source}', { params: { path: { bot, source } } }));
}

export function sourcesChanged(client: QueryClient, bot: string): Promise<void> {
  return client.invalidateQueries({ queryKey: key(bot) });
}
