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
  appearance?: Appearance
}

export interface Ready {
  token: string
  conversation: string
  seq: number
  recovered: boolean
  status: Status
  agent?: Author
  bot?: BotInfo
}

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
  'status.changed': { status: Status; agent?: Author; position?: number }
  'contact.changed': { name?: string; email?: string; phone?: string }
  'feedback.given': { message: string; helpful: boolean; comment?: string }
  'event.erased': { target: number }
}

export type Reason = 'stopped' | 'takeover' | 'failed' | 'node_lost'

/** Bodies of what is not kept, by type. */
export interface Passing {
  'session.ready': Ready
  ack: { seq?: number; message?: string }
  error: Failure
  'message.delta': { message: string; index: number; text: string }
  'message.snapshot': { message: string; text: string }
  typing: { author?: Author }
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
  'session.open': { bot: string; token?: string; after?: number; conversation?: string; page?: string; locale?: string }
  'message.send': { client_id: string; text: string }
  'message.stop': { message?: string }
  'message.retry': { message: string } // the answer that failed
  'message.feedback': { message: string; helpful: boolean; comment?: string }
  'handoff.request': object
  typing: object
  read: { seq: number }
  ping: object
  pong: object
}

export type Order = keyof Orders

/**
 * Reads a frame. Null: not one that we can use, which is no reason to stop, as
 * later servers may send types that this page does not know.
 */
export function decode(raw: unknown): ServerFrame | null {
  if (typeof raw !== 'string') return null
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const frame = value as { type?: unknown; seq?: unknown; data?: unknown }
  if (typeof frame.type !== 'string') return null
  if ('seq' in frame && !Number.isSafeInteger(frame.seq)) return null
  if (typeof frame.data !== 'object' || frame.data === null) frame.data = {}
  return value as ServerFrame
}

export function encode<T extends Order>(type: T, data: Orders[T], id?: string): string {
  return JSON.stringify({ id, type, data })
}
