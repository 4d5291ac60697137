/**
 * The frames of `parley.v1`: JSON text over a websocket. Durable events, and
 * only they, carry `seq` and `at`; answers to our frames carry `ref`.
 */
export type Status = 'bot' | 'waiting' | 'agent' | 'closed'
export type AuthorKind = 'visitor' | 'bot' | 'agent'

export interface Author {
  kind: AuthorKind
  name?: string
}

/** What an answer rests on. `mark` is the n of a "[n]" in the text, 0 where there is none. */
export interface Citation {
  mark?: number
  source?: string
  title?: string
  url?: string
  quote?: string
  page?: number
}

export interface Appearance {
  accent?: string
  theme?: string
  position?: string
  title?: string
  launcher?: string
  avatar?: string
}

export interface BotInfo {
  name?: string
  greeting?: string
  suggestions?: string[]
  handoff?: boolean
  preview?: boolean // people see what the visitor writes before it is sent
  appearance?: Appearance
  consent?: Consent
}

/** What the visitor is asked to agree to, in Markdown. */
export interface Consent {
  text: string
  text_hash: string
  required: boolean // before anything is said
  given: boolean
}

export interface Ready {
  token: string
  conversation: string
  seq: number
  recovered: boolean
  status: Status
  agent?: Author
  bot?: BotInfo
  queue?: Queue
  read?: number // seq up to which a person has read
}

/** Where a visitor stands who waits for a person, and why that may take longer. */
export interface Queue {
  position?: number
  absence?: string // "nobody" is there, or it is outside business "hours"
  opens_at?: string
}

export interface Contact {
  name?: string
  email?: string
  phone?: string
}

export type Fields = Record<string, string>

export interface Failure {
  code: string
  message: string
  retry_after?: number
}

/** Bodies of the durable events, by type. */
export interface Events {
  'message.created': { message: string; author: Author; text: string; client_id?: string }
  'message.started': { message: string; author: Author; question?: string; attempt?: number }
  'message.completed': { message: string; text: string; citations?: Citation[]; offer?: string }
  'message.interrupted': { message: string; text: string; reason: Reason }
  'status.changed': { status: Status; agent?: Author } & Queue
  'contact.changed': Contact
  'feedback.given': { message: string; helpful: boolean; comment?: string }
  'event.erased': { target: number; message?: string }
}

export type Reason = 'stopped' | 'takeover' | 'failed' | 'node_lost'

/** Bodies of what is not kept, by type. */
export interface Passing {
  'session.ready': Ready
  ack: { seq?: number; message?: string }
  error: Failure
  'message.delta': { message: string; index: number; text: string }
  'message.snapshot': { message: string; text: string }
  'queue.changed': Queue
  read: { author?: Author; seq: number }
  typing: { author?: Author }
  draining: { within: number } // seconds
  ping: object
  pong: object
}

export type EventFrame = {
  [T in keyof Events]: { type: T; seq: number; at?: string; data: Events[T] & { erased?: boolean } }
}[keyof Events]

export type PassingFrame = {
  [T in keyof Passing]: { type: T; ref?: string; data: Passing[T] }
}[keyof Passing]

export type ServerFrame = EventFrame | PassingFrame

export const isEvent = (frame: ServerFrame): frame is EventFrame => 'seq' in frame

/** What we send, by type. */
export interface Orders {
  'session.open': { bot: string; token?: string; after?: number; conversation?: string; page?: string; locale?: string; fields?: Fields; identity?: unknown }
  'message.send': { client_id: string; text: string }
  'message.stop': { message?: string }
  'message.retry': { message: string } // the answer that failed
  'message.feedback': { message: string; helpful: boolean; comment?: string }
  'handoff.request': object
  'handoff.cancel': object
  'contact.set': Contact
  'consent.give': { text_hash: string }
  'conversation.close': object
  'transcript.request': { email?: string } // absent: to the address that is known
  typing: { text?: string } // what was written so far, where that is shown
  read: { seq: number }
  ping: object
  pong: object
}

export type Order = keyof Orders

/** What the page says of its visitor, cut to what the server takes of it. */
export const bounded = (fields: object): Fields =>
  Object.fromEntries(
    Object.entries(fields)
      .slice(0, 20)
      .map(([name, value]) => [name.slice(0, 64), String(value).slice(0, 256)]),
  )

/**
 * Reads a frame. Null: not one that we can use, which is no reason to stop, as
 * later servers may send types that this page does not know.
 */
export function decode(raw: unknown): ServerFrame | null {
  try {
    const frame = JSON.parse(raw as string)
    const sound = typeof frame.type === 'string' && (frame.seq === undefined || Number.isSafeInteger(frame.seq))
    return sound ? { ...frame, data: Object(frame.data) } : null
  } catch {
    return null
  }
}

export function encode<T extends Order>(type: T, data: Orders[T], id?: string): string {
  return JSON.stringify({ id, type, data })
}
