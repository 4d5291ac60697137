import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { api, body } from './client';
import type { Address, NewSource, Pair, Plan, Source } from './types';

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

/** Questions and answers from a CSV or JSON file, which can be edited then. */
export function importPairs(bot: string, file: File): Promise<Source> {
  const form = new FormData();
  form.append('kind', 'faq'); // before the file, which the server reads as it comes
  form.append('file', file, file.name);
  return body(
    api.POST('/api/v1/bots/{bot}/sources', { params: { path: { bot } }, body: form as never, bodySerializer: (form) => form as never }),
  );
}

/** What adds a source again, undefined where nobody but its owner has what it was made of. */
export async function asNew(bot: string, { id, kind, title, url, plan }: Source): Promise<NewSource | undefined> {
  switch (kind) {
    case 'site':
      return { site: url, plan };
    case 'url':
      return { url, plan };
    case 'faq': {
      const { pairs } = await body(api.GET('/api/v1/bots/{bot}/sources/{source}/pairs', { params: { path: { bot, source: id } } }));
      return { title, faq: pairs };
    }
    default:
      return undefined;
  }
}

export async function deleteSource(bot: string, source: string): Promise<void> {
  await body(api.DELETE('/api/v1/bots/{bot}/sources/{source}', { params: { path: { bot, source } } }));
}

/** One source; asked for again as long as it changes by itself. */
export const sourceQuery = (bot: string, source: string) =>
  queryOptions({
    queryKey: [...key(bot), source],
    queryFn: () => body(api.GET('/api/v1/bots/{bot}/sources/{source}', { params: { path: { bot, source } } })),
    refetchInterval: (query) => (query.state.data && inWork(query.state.data) ? watchEvery : false),
  });

/** What became of a site's addresses; all of them without a state. */
export const addressesQuery = (bot: string, source: string, state?: Address['state']) =>
  infiniteQueryOptions({
    queryKey: [...key(bot), source, 'addresses', state],
    queryFn: ({ pageParam: cursor }) =>
      body(
        api.GET('/api/v1/bots/{bot}/sources/{source}/addresses', {
          params: { path: { bot, source }, query: { state, limit: 100, cursor } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });

/** The text as it was read, in pieces. */
export const passagesQuery = (bot: string, source: string) =>
  infiniteQueryOptions({
    queryKey: [...key(bot), source, 'passages'],
    queryFn: ({ pageParam: cursor }) =>
      body(
        api.GET('/api/v1/bots/{bot}/sources/{source}/passages', {
          params: { path: { bot, source }, query: { limit: 50, cursor } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });

export const pairsQuery = (bot: string, source: string) =>
  queryOptions({
    queryKey: [...key(bot), source, 'pairs'],
    queryFn: () => body(api.GET('/api/v1/bots/{bot}/sources/{source}/pairs', { params: { path: { bot, source } } })),
  });

export async function savePairs(bot: string, source: string, pairs: Pair[]): Promise<void> {
  await body(api.PUT('/api/v1/bots/{bot}/sources/{source}/pairs', { params: { path: { bot, source } }, body: { pairs } }));
}

/** Reads what is on the web again, now. */
export function refreshSource(bot: string, source: string): Promise<Source> {
  return body(api.POST('/api/v1/bots/{bot}/sources/{source}/refresh', { params: { path: { bot, source } } }));
}

export function changePlan(bot: string, source: string, plan: Plan): Promise<Source> {
  return body(api.PATCH('/api/v1/bots/{bot}/sources/{source}', { params: { path: { bot, source } }, body: { plan } }));
}

export function sourcesChanged(client: QueryClient, bot: string): Promise<void> {
  return client.invalidateQueries({ queryKey: key(bot) });
}
