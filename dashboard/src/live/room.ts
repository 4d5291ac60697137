// Who else is in a conversation and what they do there: all that is beside its
// log. Pure: frames in, the room out.

import type { Note, Reads } from '../api/types';
import type { Frame } from './desk';

export interface Room {
  visitor: boolean; // has the chat open
  page?: string; // where they are now
  agents: { id: string; name: string }[]; // who look at it
  typing: Typing[];
  reads: Reads;
  notes: Note[];
  blocked?: boolean;
  position?: number; // in the line
  absence?: 'nobody' | 'hours';
}

export interface Typing {
  kind: 'visitor' | 'agent';
  id?: string;
  name?: string;
  text?: string; // what is being written, where the bot's owner shows it
  until: number;
}

export const emptyRoom: Room = { visitor: false, agents: [], typing: [], reads: { visitor: 0, agents: {} }, notes: [] };

/** Who typed last says so again within this time, or has stopped. */
export const typingFor = 6000;

interface Data {
  visitor?: boolean;
  page?: string;
  agents?: Room['agents'];
  author?: { kind: 'visitor' | 'agent' | 'bot'; id?: string; name?: string };
  seq?: number;
  text?: string;
  blocked?: boolean;
  position?: number;
  absence?: Room['absence'];
}

export function applyFrame(room: Room, frame: Frame, now: number): Room {
  const data = (frame.data ?? {}) as Data;
  switch (frame.type) {
    case 'here.changed':
      return here(room, data);
    case 'queue.changed':
      return { ...room, position: data.position, absence: data.absence };
    case 'visitor.blocked':
      return { ...room, blocked: data.blocked };
    case 'note.added':
      return withNotes(room, [frame.data as unknown as Note]);
    case 'read':
      return read(room, data);
    case 'typing':
      return typed(room, data, now);
    default:
      return room;
  }
}

/** The acknowledgement of a watch. */
export function applyJoined(room: Room, data: Record<string, unknown>): Room {
  const { queue, blocked } = data as { queue?: Data; blocked?: boolean };
  const next = data.here ? here(room, data.here as Data) : room;
  return { ...next, blocked: blocked ?? next.blocked, position: queue?.position, absence: queue?.absence };
}

export function withNotes(room: Room, notes: Note[]): Room {
  const known = new Map(room.notes.map((note) => [note.id, note]));
  for (const note of notes) known.set(note.id, note);
  const sorted = [...known.values()].sort((a, b) => a.seq - b.seq || a.at.localeCompare(b.at));
  return { ...room, notes: sorted };
}

export function withReads(room: Room, reads: Reads): Room {
  const agents = { ...room.reads.agents };
  for (const [id, seq] of Object.entries(reads.agents ?? {})) agents[id] = Math.max(agents[id] ?? 0, seq);
  return { ...room, reads: { visitor: Math.max(room.reads.visitor, reads.visitor ?? 0), agents } };
}

/** What somebody wrote has come: they type no more. */
export function settled(room: Room, kind: Typing['kind']): Room {
  if (!room.typing.some((t) => t.kind === kind)) return room;
  return { ...room, typing: room.typing.filter((t) => t.kind !== kind) };
}

/** Without those who have stopped typing. */
export function expired(room: Room, now: number): Room {
  if (room.typing.every((t) => t.until > now)) return room;
  return { ...room, typing: room.typing.filter((t) => t.until > now) };
}

function here(room: Room, { visitor, page, agents }: Data): Room {
  return { ...room, visitor: visitor ?? room.visitor, page: page || room.page, agents: agents ?? room.agents };
}

function read(room: Room, { author, seq = 0 }: Data): Room {
  return author?.kind === 'agent' && author.id
    ? withReads(room, { visitor: 0, agents: { [author.id]: seq } })
    : withReads(room, { visitor: seq, agents: {} });
}

function typed(room: Room, { author, text }: Data, now: number): Room {
  const kind = author?.kind === 'agent' ? 'agent' : 'visitor';
  const others = room.typing.filter((t) => t.kind !== kind || t.id !== author?.id);
  // An emptied field means that nobody writes any more.
  if (text === '') return { ...room, typing: others };
  return { ...room, typing: [...others, { kind, id: author?.id, name: author?.name, text, until: now + typingFor }] };
}
