import { queryOptions } from '@tanstack/react-query';
import type { Counts } from '../live/inbox';
import { span, type View } from '../live/queues';
import { api, body } from './client';
import type { Activity, Conversation, Label, Member, Note, Reads, Reply } from './types';

const one = (conversation: string) => ({ params: { path: { conversation } } });
const base = '/api/v1/conversations/{conversation}';

/** One page of a list of the inbox: the first is short, so that it is there soon; whoever scrolls gets more at once. */
export function pageOf(view: View, cursor: string, limit = cursor ? 200 : 50): Promise<{ items: Conversation[]; next: string }> {
  const { queue, q, text, label, bot } = view;
  const { since, until } = span(view);
  const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const query = { limit, queue, q, text, label, bot, since: time(since), until: time(until), cursor: cursor || undefined };
  return body(api.GET('/api/v1/conversations', { params: { query } }));
}

export const conversationOf = (id: string): Promise<Conversation> => body(api.GET(base, one(id)));
export const countsOf = (): Promise<Counts> => body(api.GET('/api/v1/inbox/counts', {}));

// What is done with a conversation. The desk tells everybody; whoever asked is answered.

/** For the caller, or for a colleague. A conflict "taken" names who has it. */
export async function assign(id: string, options: { agent?: string; force?: boolean } = {}): Promise<void> {
  await body(api.PUT(`${base}/assignment`, { ...one(id), body: options }));
}

/** waiting: back into the line; bot: back to the bot. */
export async function setStatus(id: string, status: 'waiting' | 'closed' | 'bot'): Promise<void> {
  await body(api.PUT(`${base}/status`, { ...one(id), body: { status } }));
}

export type Triage = Partial<{ snoozed_until: string | null; spam: boolean; labels: string[]; blocked: boolean }>;

export async function triage(id: string, change: Triage): Promise<void> {
  await body(api.PATCH(base, { ...one(id), body: change }));
}

export async function sendTranscript(id: string, email: string): Promise<void> {
  await body(api.POST(`${base}/transcript`, { ...one(id), body: { email } }));
}

export const notesOf = async (id: string): Promise<Note[]> => (await body(api.GET(`${base}/notes`, one(id)))).items;
export const readsOf = (id: string): Promise<Reads> => body(api.GET(`${base}/reads`, one(id)));

export const activitiesQuery = (id: string) =>
  queryOptions({
    queryKey: ['activities', id],
    queryFn: async (): Promise<Activity[]> => (await body(api.GET(`${base}/activities`, one(id)))).items,
  });

export const visitorQuery = (visitor: string) =>
  queryOptions({
    queryKey: ['visitors', visitor],
    queryFn: () => body(api.GET('/api/v1/visitors/{visitor}', { params: { path: { visitor } } })),
  });

/** What the bot's answers took. Nobody watches it grow: it is asked for when a conversation is opened. */
export const spentQuery = (conversation: string) =>
  queryOptions({
    queryKey: ['conversations', conversation, 'spent'],
    queryFn: async () => (await body(api.GET('/api/v1/conversations/{conversation}', { params: { path: { conversation } } }))).spent ?? null,
    staleTime: 15_000,
  });

export const labelsQuery = queryOptions({
  queryKey: ['labels'],
  queryFn: async (): Promise<Label[]> => (await body(api.GET('/api/v1/labels', {}))).items,
  staleTime: 60_000,
});

export const repliesQuery = queryOptions({
  queryKey: ['replies'],
  queryFn: async (): Promise<Reply[]> => (await body(api.GET('/api/v1/replies', {}))).items,
  staleTime: 60_000,
});

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async (): Promise<Member[]> => (await body(api.GET('/api/v1/members', {}))).items,
  staleTime: 60_000,
});
