// A conversation as people read it, built from its durable events and the
// deltas of the answer that is being written. Pure: the same input, the same
// transcript, whether it came over REST or the socket.

export interface Author {
  kind: 'visitor' | 'bot' | 'agent';
  name?: string;
}

export interface Citation {
  mark?: number;
  source: string;
  title: string;
  url?: string;
  quote?: string;
  page?: number;
}

export interface WireEvent {
  seq: number;
  at: string;
  type: string;
  data: Record<string, unknown>;
}

export interface Message {
  kind: 'message';
  id: string;
  seq: number;
  at: string;
  author: Author;
  text: string;
  state: 'whole' | 'writing' | 'interrupted' | 'erased';
  reason?: string;
  citations: Citation[];
  offer?: string;
  feedback?: { helpful: boolean; comment?: string };
}

export interface Notice {
  kind: 'notice';
  seq: number;
  at: string;
  status: string;
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
  return changed(transcript, message, (m) =>
    m.state === 'writing' && utf8Length(m.text) === index ? { ...m, text: m.text + text } : m,
  );
}

/** The open answer so far, after a gap. */
export function applySnapshot(transcript: Transcript, message: string, text: string): Transcript {
  return changed(transcript, message, (m) => (m.state === 'writing' ? { ...m, text } : m));
}

function applied(entries: Entry[], event: WireEvent): Entry[] {
  const { seq, at, type, data } = event;
  if (data.erased === true) return erased(entries, event);
  const id = text(data.message);
  switch (type) {
    case 'message.created':
      return [...entries, { ...blank(event), state: 'whole', text: text(data.text) }];
    case 'message.started':
      return [...entries, { ...blank(event), state: 'writing' }];
    case 'message.completed':
      return entries.map((e) =>
        isMessage(e, id)
          ? {
              ...e,
              state: 'whole',
              text: text(data.text),
              citations: (data.citations as Citation[] | null | undefined) ?? [],
              offer: text(data.offer) || undefined,
            }
          : e,
      );
    case 'message.interrupted':
      // The process that wrote it died; the question is answered anew under another id.
      if (data.reason === 'node_lost') return entries.filter((e) => !isMessage(e, id));
      return entries.map((e) =>
        isMessage(e, id)
          ? { ...e, state: 'interrupted', text: text(data.text), reason: text(data.reason) }
          : e,
      );
    case 'status.changed': {
      const agent = data.agent as { name?: string } | null | undefined;
      return [...entries, { kind: 'notice', seq, at, status: text(data.status), agent: agent?.name }];
    }
    case 'feedback.given':
      return entries.map((e) =>
        isMessage(e, id)
          ? { ...e, feedback: { helpful: data.helpful === true, comment: text(data.comment) || undefined } }
          : e,
      );
    case 'event.erased':
      return entries.map((e) =>
        e.kind === 'message' && e.seq === data.target
          ? { ...e, text: '', citations: [], state: 'erased' }
          : e,
      );
    default:
      return entries;
  }
}

/** A blanked event no longer says which message it was of: an answer's end is that of the open one. */
function erased(entries: Entry[], event: WireEvent): Entry[] {
  switch (event.type) {
    case 'message.created':
      return [...entries, { ...blank(event), state: 'erased' }];
    case 'message.completed':
    case 'message.interrupted':
      return entries.map((e) =>
        e.kind === 'message' && e.state === 'writing' ? { ...e, text: '', state: 'erased' } : e,
      );
    default:
      return entries;
  }
}

function blank({ seq, at, data }: WireEvent): Message {
  return {
    kind: 'message',
    id: text(data.message),
    seq,
    at,
    author: (data.author as Author | undefined) ?? { kind: 'visitor' },
    text: '',
    state: 'whole',
    citations: [],
  };
}

function changed(transcript: Transcript, id: string, change: (m: Message) => Message): Transcript {
  return { ...transcript, entries: transcript.entries.map((e) => (isMessage(e, id) ? change(e) : e)) };
}

function isMessage(entry: Entry, id: string): entry is Message {
  return entry.kind === 'message' && entry.id === id;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const encoder = new TextEncoder();

function utf8Length(s: string): number {
  return encoder.encode(s).length;
}
