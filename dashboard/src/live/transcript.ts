// A conversation as people read it, built from its durable events and the
// deltas of the answer that is being written. Pure: the same input, the same
// transcript, whether it came over REST or the socket.

import type { Author, Citation, Status, WireEvent } from '../api/types';

export interface Message {
  kind: 'message';
  id: string;
  seq: number;
  ended?: number; // seq of the event that ended an answer
  at: string;
  author: Author;
  text: string;
  clientId?: string;
  state: 'whole' | 'writing' | 'interrupted' | 'erased';
  reason?: 'stopped' | 'takeover' | 'failed';
  citations: Citation[];
  offer?: string;
  feedback?: { helpful: boolean; comment?: string };
}

export interface Notice {
  kind: 'notice';
  seq: number;
  at: string;
  status: Status;
  agent?: string;
}

export type Entry = Message | Notice;

export interface Transcript {
  head: number; // seq of the last event that was applied
  entries: Entry[];
}

export const empty: Transcript = { head: 0, entries: [] };

/** Applies events in order. Stops before a gap: `head` then says what to fetch after. */
export function applyEvents(transcript: Transcript, events: WireEvent[]): Transcript {
  let next = transcript;
  for (const event of events) {
    if (event.seq <= next.head) continue;
    if (event.seq !== next.head + 1) break;
    next = { head: event.seq, entries: applied(next.entries, event) };
  }
  return next;
}

/** A piece of the open answer; `index` counts the UTF-8 bytes before it. What does not fit is left out: a snapshot or the end follows. */
export function applyDelta(transcript: Transcript, message: string, index: number, text: string): Transcript {
  return changed(transcript, message, (m) => (utf8Length(m.text) === index ? { ...m, text: m.text + text } : m));
}

/** The open answer so far, after a gap. */
export function applySnapshot(transcript: Transcript, message: string, text: string): Transcript {
  return changed(transcript, message, (m) => ({ ...m, text }));
}

function changed(transcript: Transcript, id: string, change: (m: Message) => Message): Transcript {
  return { ...transcript, entries: of(transcript.entries, id, (m) => (m.state === 'writing' ? change(m) : m)) };
}

function applied(entries: Entry[], event: WireEvent): Entry[] {
  if ('erased' in event.data && event.data.erased) return erased(entries, event);
  switch (event.type) {
    case 'message.created':
      return [...entries, message(event, event.data, { state: 'whole', text: event.data.text ?? '', clientId: event.data.client_id })];
    case 'message.started':
      return [...entries, message(event, event.data, { state: 'writing' })];
    case 'message.completed': {
      const { message: id, text = '', citations = [], offer } = event.data;
      return of(entries, id, (m) => ({ ...m, ended: event.seq, state: 'whole', text, citations, offer }));
    }
    case 'message.interrupted': {
      const { message: id, text = '', reason } = event.data;
      // The process that wrote it died; the question is answered anew under another id.
      if (reason === 'node_lost') return entries.filter((e) => e.kind !== 'message' || e.id !== id);
      return of(entries, id, (m) => ({ ...m, ended: event.seq, state: 'interrupted', text, reason }));
    }
    case 'status.changed': {
      const { status = 'bot', agent } = event.data;
      return [...entries, { kind: 'notice', seq: event.seq, at: event.at, status, agent: agent?.name }];
    }
    case 'feedback.given': {
      const { message: id, helpful = false, comment } = event.data;
      return of(entries, id, (m) => ({ ...m, feedback: { helpful, comment } }));
    }
    case 'event.erased': {
      const { target } = event.data;
      return entries.map((e) => (e.kind === 'message' && e.seq === target ? blanked(e) : e));
    }
    case 'contact.changed':
      return entries;
  }
}

/** A blanked event no longer says which message it was of: an answer's end is that of the open one. */
function erased(entries: Entry[], event: WireEvent): Entry[] {
  switch (event.type) {
    case 'message.created':
      return [...entries, message(event, {}, { state: 'erased' })];
    case 'message.completed':
    case 'message.interrupted':
      return entries.map((e) => (e.kind === 'message' && e.state === 'writing' ? blanked(e) : e));
    default:
      return entries;
  }
}

function blanked(m: Message): Message {
  return { ...m, text: '', citations: [], offer: undefined, feedback: undefined, state: 'erased' };
}

function message(
  { seq, at }: WireEvent,
  { message: id = '', author = { kind: 'visitor' } }: { message?: string; author?: Author },
  rest: Pick<Message, 'state'> & Partial<Message>,
): Message {
  return { kind: 'message', id, seq, at, author, text: '', citations: [], ...rest };
}

/** Entries in which the message of this id is changed. */
function of(entries: Entry[], id: string | undefined, change: (m: Message) => Message): Entry[] {
  return entries.map((e) => (e.kind === 'message' && e.id === id ? change(e) : e));
}

const encoder = new TextEncoder();

function utf8Length(s: string): number {
  return encoder.encode(s).length;
}
