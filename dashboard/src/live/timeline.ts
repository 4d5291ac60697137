// The log and what is beside it, in the order in which people read it: side
// records stand behind the last event that there was when they were made, and
// what is still on its way stands at the end.

import type { Activity, Note } from '../api/types';
import type { Outgoing } from './outbox';
import type { Entry, Transcript } from './transcript';

export type Line =
  | { key: string; at: string; seq: number; entry: Entry }
  | { key: string; at: string; seq: number; note: Note }
  | { key: string; at: string; seq: number; activity: Activity; targets: string[] }
  | { key: string; at: string; seq: number; outgoing: Outgoing };

export function timeline({ base, entries }: Pick<Transcript, 'base' | 'entries'>, notes: readonly Note[], activities: readonly Activity[], outgoing: readonly Outgoing[]): Line[] {
  const arrived = new Set<string | undefined>(notes.map((note) => note.client_id));
  for (const entry of entries) if (entry.kind === 'message') arrived.add(entry.clientId);

  const log: Line[] = entries.map((entry) => ({ key: `e${entry.seq}`, at: entry.at, seq: entry.seq, entry }));
  // What stands among events that were not read yet comes with them.
  const beside: Line[] = [
    ...notes.map((note): Line => ({ key: note.id, at: note.at, seq: note.seq, note })),
    ...together(activities),
  ].filter(({ seq }) => seq >= base).sort((a, b) => a.seq - b.seq || a.at.localeCompare(b.at));

  const lines: Line[] = [];
  let next = 0;
  for (const line of log) {
    while (beside[next] && beside[next]!.seq < line.seq) lines.push(beside[next++]!);
    lines.push(line);
  }
  lines.push(...beside.slice(next));
  for (const o of outgoing) if (!arrived.has(o.id)) lines.push({ key: o.id, at: o.at, seq: Infinity, outgoing: o });
  return lines;
}

/** What somebody did several times at one place is one line. */
function together(activities: readonly Activity[]): Line[] {
  const lines: { key: string; at: string; seq: number; activity: Activity; targets: string[] }[] = [];
  for (const activity of activities) {
    const last = lines.at(-1);
    const { id: key, at, seq, kind, by, target } = activity;
    const sorts = kind === 'labelled' || kind === 'unlabelled';
    if (sorts && last?.seq === seq && last.activity.kind === kind && last.activity.by === by) last.targets.push(target ?? '');
    else lines.push({ key, at, seq, activity, targets: target ? [target] : [] });
  }
  return lines;
}

/** The agent's message under which "Seen" stands: the last that the visitor has read. */
export function lastSeen(entries: readonly Entry[], visitor: number): number | undefined {
  return entries.findLast((e) => e.kind === 'message' && e.author.kind === 'agent' && e.seq <= visitor)?.seq;
}

/** The first message of the visitor or the bot that the user had not read when they came; undefined where all that is here is new, or nothing is. */
export function firstUnread({ base, entries }: Pick<Transcript, 'base' | 'entries'>, read: number): number | undefined {
  if (read <= 0 || read < base) return undefined;
  return entries.find((e) => e.seq > read && e.kind === 'message' && e.author.kind !== 'agent')?.seq;
}
