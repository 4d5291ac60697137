import type { Conversation } from '../api/types';

/** A conversation with the bot, for tests to change. */
export function conversation(change: Partial<Conversation> = {}): Conversation {
  return {
    id: 'cnv_1',
    bot: 'bot_1',
    visitor: 'vis_1',
    status: 'bot',
    seq: 4,
    read: 0,
    preview: 'Hello',
    contact: {},
    labels: [],
    spam: false,
    blocked: false,
    created_at: '2026-11-23T11:00:00Z',
    updated_at: '2026-11-23T11:30:00Z',
    ...change,
  };
}
