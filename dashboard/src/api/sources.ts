import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { Page, Source } from './types';

const key = (bot: string) => ['sources', bot] as const;

/** Sources that will change by themselves: they wait, or are being read. */
export function inWork(source: Source): boolean {
  return source.state !== 'ready' && source.state !== 'failed';
}

export const sourcesQuery = (bot: string) =>
  infiniteQueryOptions({
    queryKey: key(bot),
    queryFn: ({ pageParam }) =>
      call<Page<Source>>(
        'GET',
        `bots/${bot}/sources?limit=100${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items?.some(inWork)) ? 1500 : false,
  });

export type NewSource =
  | { url: string }
  | { title: string; text: string }
  | { title: string; faq: { question: string; answer: string }[] };

export function addSource(bot: string, source: NewSource): Promise<Source> {
  return call('POST', `bots/${bot}/sources`, source);
}

export function deleteSource(bot: string, id: string): Promise<void> {
  return call('DELETE', `bots/${bot}/sources/${id}`);
}

export function sourcesChanged(client: QueryClient, bot: string): Promise<void> {
  return client.invalidateQueries({ queryKey: key(bot) });
}
