// Which lists of the inbox a conversation is in, and in what order lists are
// shown. It mirrors chat/desk.go, so that a summary from the socket moves a
// conversation without asking the server.

import type { Conversation } from '../api/types';

export const queues = ['mine', 'waiting', 'unassigned', 'team', 'bot', 'closed', 'snoozed', 'mentions', 'spam'] as const;
export type Queue = (typeof queues)[number];

/** Every queue but mentions, which a summary does not tell: the server's pages and mention.added do. */
export function queuesOf(c: Conversation, me: string, now: number): Queue[] {
  if (c.spam) return ['spam'];
  if (isSnoozed(c, now)) return ['snoozed'];
  const mine: Queue[] = holder(c) === me && me !== '' ? ['mine'] : [];
  switch (c.status) {
    case 'waiting':
      return [...mine, 'waiting', ...(c.assignee ? [] : (['unassigned'] as const))];
    case 'agent':
      return [...mine, 'team'];
    default:
      return [c.status];
  }
}

export function isSnoozed(c: Conversation, now: number): boolean {
  return c.snoozed_until ? Date.parse(c.snoozed_until) > now : false;
}

/** Who has it, or is asked to take it while it waits. */
export function holder(c: Conversation): string {
  if (c.status === 'agent') return c.agent?.id || c.assignee || '';
  return c.status === 'waiting' ? (c.assignee ?? '') : '';
}

/** Something was said that the caller has not seen, where seeing it is up to them. */
export function isUnread(c: Conversation, me: string): boolean {
  if (c.spam || c.seq <= (c.read ?? 0)) return false;
  return c.status === 'waiting' || (c.status === 'agent' && holder(c) === me);
}

/** What narrows a list; what searches looks everywhere and knows no queue. */
export interface View {
  queue?: Queue;
  q?: string; // who it is
  text?: string; // what was said
  label?: string;
  bot?: string;
  since?: string; // yyyy-mm-dd, in the browser's zone
  until?: string; // its last day
}

/** Whether a view looks for something, wherever that is. */
export function searches({ q, text }: View): boolean {
  return q !== undefined || text !== undefined;
}

/** Whether a conversation is in a list, as far as a summary tells. */
export function belongs(c: Conversation, view: View, me: string, now: number): boolean {
  if (view.queue && !queuesOf(c, me, now).includes(view.queue)) return false;
  if (view.bot && c.bot !== view.bot) return false;
  if (view.label && !c.labels?.includes(view.label)) return false;
  const { since, until } = span(view);
  const at = activity(c);
  return (since === undefined || at >= since) && (until === undefined || at < until);
}

/** The milliseconds that a view's days begin and end at. */
export function span({ since, until }: View): { since?: number; until?: number } {
  return { since: midnight(since), until: midnight(until, 1) };
}

function midnight(day: string | undefined, ahead = 0): number | undefined {
  const [, y, m, d] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? '') ?? [];
  return y ? new Date(Number(y), Number(m) - 1, Number(d) + ahead).getTime() : undefined;
}

/** How a list is ordered: who waits longest first, elsewhere what changed last first. */
export function order(view: View): (a: Conversation, b: Conversation) => number {
  if (!searches(view) && (view.queue === 'waiting' || view.queue === 'unassigned')) {
    return (a, b) => waitsSince(a) - waitsSince(b) || byId(a, b);
  }
  return (a, b) => activity(b) - activity(a) || byId(b, a);
}

const byId = (a: Conversation, b: Conversation) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

// A time is parsed once: lists of thousands are sorted by it.
const parsed = new WeakMap<Conversation, { activity: number; waits: number }>();

function times(c: Conversation) {
  let found = parsed.get(c);
  if (!found) {
    found = { activity: Date.parse(c.updated_at), waits: Date.parse(c.waits_since ?? c.updated_at) };
    parsed.set(c, found);
  }
  return found;
}

const activity = (c: Conversation) => times(c).activity;
const waitsSince = (c: Conversation) => times(c).waits;
