import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { WireEvent } from '../live/transcript';
import { call } from './client';
import type { Conversation, Page } from './types';

export const statuses = ['bot', 'waiting', 'agent', 'closed'] as const;
export type Status = (typeof statuses)[number];

export interface Filter {
  status?: Status;
  bot?: string;
}

export const conversationsQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['conversations', filter],
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: '50' });
      if (filter.status) query.set('status', filter.status);
      if (filter.bot) query.set('bot', filter.bot);
      if (pageParam) query.set('cursor', pageParam);
      return call<Page<Conversation>>('GET', `conversations?${query}`);
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  });

/** Below the list's key: what makes the list stale makes this stale. */
export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversations', 'one', id],
    queryFn: () => call<Conversation>('GET', `conversations/${id}`),
  });

/** One page of a conversation's events behind `after`. */
export function eventsAfter(conversation: string, after: number): Promise<Page<WireEvent>> {
  return call('GET', `conversations/${conversation}/events?after=${after}&limit=200`);
}

export function conversationsChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ['conversations'] });
}
