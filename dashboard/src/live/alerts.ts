// What calls an agent who looks elsewhere: decided from a conversation's
// summary before and after, so that each thing rings once.

import type { Conversation } from '../api/types';
import { holder, isSnoozed } from './queues';

export type Alert = 'waiting' | 'assigned' | 'message' | 'mention';

/** What was not held before is judged by its time: older than this is no news. */
const fresh = 30_000;

/** `seen`: the user is looking at this conversation. */
export function alertOf(before: Conversation | undefined, after: Conversation, me: string, now: number, seen = false): Alert | undefined {
  if (after.spam || isSnoozed(after, now)) return undefined;
  const mine = holder(after) === me;
  const new_ = (at: string | null | undefined) => at !== undefined && at !== null && now - Date.parse(at) < fresh;

  const asked = after.status === 'waiting' && mine;
  if (asked && (before ? holder(before) !== me : new_(after.updated_at))) return 'assigned';
  // Handed over by a colleague; what the user took themselves they are looking at.
  if (after.status === 'agent' && mine && !seen && before && holder(before) !== me) return 'assigned';

  const waits = after.status === 'waiting' && !after.assignee;
  if (waits && (before ? before.status !== 'waiting' : new_(after.waits_since))) return 'waiting';

  const said = before ? after.seq > before.seq && after.preview !== before.preview : new_(after.updated_at);
  if (after.status === 'agent' && mine && said && !seen && after.seq > (after.read ?? 0)) return 'message';
  return undefined;
}
