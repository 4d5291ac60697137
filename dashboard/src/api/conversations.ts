import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { Trace, WireEvent } from './types';

/** Changed last, first. */
export const conversationsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['conversations', 'list'],
    queryFn: ({ pageParam: cursor }) =>
      body(api.GET('/api/v1/conversations', { params: { query: { limit: 50, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });

/** What produced the answer that ended at seq. It never changes. */
export const traceQuery = (conversation: string, seq: number) =>
  queryOptions({
    queryKey: ['traces', conversation, seq],
    queryFn: (): Promise<Trace> =>
      body(
        api.GET('/api/v1/conversations/{conversation}/events/{seq}/trace', {
          params: { path: { conversation, seq: String(seq) } },
        }),
      ),
    staleTime: Infinity,
  });

/** The most that one page of events has. */
export const pageOfEvents = 200;

/** One page of a conversation's events behind `after`, and whether there are more. */
export async function eventsAfter(conversation: string, after: number, limit = pageOfEvents): Promise<{ events: WireEvent[]; more: boolean }> {
  const page = await body(
    api.GET('/api/v1/conversations/{conversation}/events', { params: { path: { conversation }, query: { after, limit } } }),
  );
  return { events: page.items, more: page.next !== '' };
}

/** The page that ends with `through`: seqs have no gaps, so that it is known where that begins. */
export async function eventsThrough(conversation: string, through: number): Promise<WireEvent[]> {
  const after = beforePage(through);
  return (await eventsAfter(conversation, after, through - after)).events;
}

/** What to read after, for a page that ends with `through`. */
export const beforePage = (through: number): number => Math.max(0, through - pageOfEvents);

/** What a change in any conversation makes stale. */
export function conversationsChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ['conversations'] });
}
