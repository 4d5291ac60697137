// A conversation as people read it, built from its durable events and the
// deltas of the answer that is being written. Pure: the same input, the same
// transcript, whether it came over REST or the socket, and whether it was read
// from its beginning or from its end backwards.

import type { Author, Citation, Status, WireEvent } from '../api/types';

export interface Message {
  kind: 'message';
  id: string;
  seq: number;
  ended?: number; // seq of the event that ended an answer
  question?: string; // id of the message that an answer is to
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
  base: number; // seq of the last event that was not read, because it is before all that was
  head: number; // seq of the last event that was applied
  entries: Entry[];
  loose: WireEvent[]; // events about what is before the base, kept for when that is read
}

/** One that begins behind an event. */
export const emptyBehind = (base: number): Transcript => ({ base, head: base, entries: [], loose: [] });

export const empty = emptyBehind(0);

/** Applies events in order. Stops before a gap: `head` then says what to fetch after. */
export function applyEvents(transcript: Transcript, events: WireEvent[]): Transcript {
  let { head } = transcript;
  const entries = transcript.entries.slice(); // one copy for all of a page
  const loose = transcript.loose.slice();
  for (const event of events) {
    if (event.seq <= head) continue;
    if (event.seq !== head + 1) break;
    head = event.seq;
    if (!apply(entries, event)) loose.push(event);
  }
  return head === transcript.head ? transcript : { ...transcript, head, entries, loose };
}

/** Puts a page in front of all. One that does not end where the transcript begins, since that was begun anew meanwhile, changes nothing. */
export function prependEvents(transcript: Transcript, events: WireEvent[]): Transcript {
  const earlier = applyEvents(emptyBehind((events[0]?.seq ?? 0) - 1), events);
  if (earlier.head !== transcript.base) return transcript;
  const loose = transcript.loose.filter((event) => !apply(earlier.entries, event));
  return { ...transcript, base: earlier.base, entries: [...earlier.entries, ...transcript.entries], loose: [...earlier.loose, ...loose] };
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
  const entries = transcript.entries.slice();
  replace(entries, id, (m) => (m.state === 'writing' ? change(m) : m));
  return { ...transcript, entries };
}

/** Puts one event into entries; false if what it is about is not there. Entries themselves are never changed: whoever draws them sees by that which are new. */
function apply(entries: Entry[], event: WireEvent): boolean {
  if ('erased' in event.data && event.data.erased) return erase(entries, event);
  switch (event.type) {
    case 'message.created':
      entries.push(message(event, event.data, { state: 'whole', text: event.data.text ?? '', clientId: event.data.client_id }));
      return true;
    case 'message.started':
      entries.push(message(event, event.data, { state: 'writing', question: event.data.question }));
      return true;
    case 'message.completed': {
      const { message: id, text = '', citations = [], offer } = event.data;
      return replace(entries, id, (m) => ({ ...m, ended: event.seq, state: 'whole', text, citations, offer }));
    }
    case 'message.interrupted': {
      const { message: id, text = '', reason } = event.data;
      const at = placeOf(entries, id);
      // The process that wrote it died; the question is answered anew under another id.
      if (reason === 'node_lost') return at >= 0 && entries.splice(at, 1).length > 0;
      return replace(entries, id, (m) => ({ ...m, ended: event.seq, state: 'interrupted', text, reason }));
    }
    case 'status.changed': {
      const { status = 'bot', agent } = event.data;
      entries.push({ kind: 'notice', seq: event.seq, at: event.at, status, agent: agent?.name });
      return true;
    }
    case 'feedback.given': {
      const { message: id, helpful = false, comment } = event.data;
      return replace(entries, id, (m) => ({ ...m, feedback: { helpful, comment } }));
    }
    case 'event.erased': {
      const { target } = event.data;
      const at = entries.findLastIndex((e) => e.seq === target);
      const found = entries[at];
      if (found?.kind === 'message') entries[at] = blanked(found);
      return at >= 0;
    }
  }
  return true;
}

/** What an answer is to, in the visitor's words. */
export function questionOf(answer: Message, entries: readonly Entry[]): string | undefined {
  const question = entries.find((e): e is Message => e.kind === 'message' && e.id === answer.question);
  return question?.text;
}

/** What a blanked event leaves in its place. An answer's end is that of the open one: a node of the version before names no message in it. */
function erase(entries: Entry[], event: WireEvent): boolean {
  switch (event.type) {
    case 'message.created':
      return entries.push(message(event, {}, { state: 'erased' })) > 0;
    case 'message.completed':
    case 'message.interrupted': {
      const open = entries.filter((e): e is Message => e.kind === 'message' && e.state === 'writing');
      for (const m of open) entries[entries.indexOf(m)] = blanked(m);
      return open.length > 0;
    }
  }
  return true;
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

/** Changes the message of this id, if it is there; it is near the end, for events follow soon on what they are about. */
function replace(entries: Entry[], id: string | undefined, change: (m: Message) => Message): boolean {
  const at = placeOf(entries, id);
  const found = entries[at];
  if (found?.kind === 'message') entries[at] = change(found);
  return at >= 0;
}

function placeOf(entries: readonly Entry[], id: string | undefined): number {
  return entries.findLastIndex((e) => e.kind === 'message' && e.id === id);
}

const encoder = new TextEncoder();

function utf8Length(s: string): number {
  return encoder.encode(s).length;
}
