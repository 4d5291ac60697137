/**
 * What the visitor sees, as a pure function of the frames. The log is the
 * truth: replaying it gives the same items, whatever was shown meanwhile.
 */
import { byteLength } from './bytes'
import {
  type Author,
  type BotInfo,
  type Citation,
  type Contact,
  type EventFrame,
  isEvent,
  type Queue,
  type Reason,
  type ServerFrame,
  type Status,
} from './wire'

/** A whole message, by the visitor or by a person of the business. */
export interface Message {
  kind: 'message'
  id: string
  seq: number
  at?: string
  author: Author
  text: string
  clientId?: string
}

/** An answer of the bot. */
export interface Answer {
  kind: 'answer'
  id: string
  seq: number
  end?: number // seq of the event that ended it
  at?: string
  author: Author
  text: string
  bytes: number // of text, in UTF-8: where the next delta belongs
  phase: 'open' | 'done' | Reason
  citations: Citation[]
  offer?: string
  question?: string
  feedback?: { helpful: boolean; comment?: string }
}

/** A change of who speaks for the business, or the place of a message that was erased. */
export interface Notice {
  kind: 'notice'
  seq: number
  at?: string
  status: Status | 'erased'
  agent?: Author
  before?: Author // the person who had it until then
}

export type Item = Message | Answer | Notice

/** A message of ours that the log does not show yet. */
export interface Pending {
  clientId: string
  text: string
  error?: string // said by the server, or by us
  retryAt?: number // when trying again may help, in milliseconds since the epoch
}

export interface State {
  conversation: string
  seq: number // of the last event we hold
  head: number // of the log when we opened it: below it we are catching up
  status: Status
  agent?: Author
  queue?: Queue // while it waits
  contact?: Contact // what the visitor last said of themselves
  seen: number // seq up to which a person has read
  bot: BotInfo
  items: Item[]
  outbox: Pending[]
}

export const empty: State = { conversation: '', seq: 0, head: 0, status: 'bot', seen: 0, bot: {}, items: [], outbox: [] }

/** Whether the frame is an event that comes too late or too early to be applied. */
export const gap = (state: State, frame: ServerFrame): boolean => isEvent(frame) && frame.seq > state.seq + 1

export function reduce(state: State, frame: ServerFrame): State {
  if (isEvent(frame)) return frame.seq === state.seq + 1 ? apply(state, frame) : state
  switch (frame.type) {
    case 'session.ready': {
      const { conversation, seq, recovered, status, agent, bot, queue, read = 0 } = frame.data
      const kept = recovered && conversation === state.conversation
      return {
        ...state,
        ...(kept ? {} : { seq: 0, items: [], contact: undefined }),
        conversation,
        head: seq,
        status,
        agent,
        queue,
        seen: read,
        bot: bot ?? state.bot,
      }
    }
    case 'queue.changed':
      return { ...state, queue: frame.data }
    case 'read': {
      const { author, seq } = frame.data
      return author?.kind === 'agent' && seq > state.seen ? { ...state, seen: seq } : state
    }
    case 'message.delta': {
      const { message, index, text } = frame.data
      return change(state, message, (answer) =>
        answer.phase === 'open' && answer.bytes === index
          ? { ...answer, text: answer.text + text, bytes: index + byteLength(text) }
          : answer,
      )
    }
    case 'message.snapshot': {
      const { message, text } = frame.data
      return change(state, message, (answer) =>
        answer.phase === 'open' ? { ...answer, text, bytes: byteLength(text) } : answer,
      )
    }
  }
  return state
}

function apply(state: State, frame: EventFrame): State {
  const { seq, at } = frame
  state = { ...state, seq }
  if (frame.data.erased) return applyErased(state, frame)
  switch (frame.type) {
    case 'message.created': {
      const { message: id, author, text, client_id: clientId } = frame.data
      const message: Message = { kind: 'message', id, seq, at, author, text, clientId }
      return {
        ...state,
        items: [...state.items, message],
        outbox: clientId ? state.outbox.filter((one) => one.clientId !== clientId) : state.outbox,
      }
    }
    case 'message.started': {
      const { message: id, author, question } = frame.data
      const answer: Answer = { kind: 'answer', id, seq, at, author, text: '', bytes: 0, phase: 'open', citations: [], question }
      // An answer that a crash broke is given again: what is left of the first try says nothing.
      const items = state.items.filter((item) => !(item.kind === 'answer' && item.phase === 'node_lost' && item.question === question))
      return { ...state, items: [...items, answer] }
    }
    case 'message.completed': {
      const { message, text, citations, offer } = frame.data
      return change(state, message, (answer) => ({
        ...settle(answer, seq, text),
        phase: 'done',
        citations: citations ?? [],
        offer,
      }))
    }
    case 'message.interrupted': {
      const { message, text, reason } = frame.data
      return change(state, message, (answer) => ({
        ...settle(answer, seq, reason === 'node_lost' ? '' : text),
        phase: reason,
      }))
    }
    case 'status.changed': {
      const { status, agent, position, absence, opens_at } = frame.data
      const before = state.items.findLast((item): item is Notice => item.kind === 'notice' && item.status !== 'erased')
      const notice: Notice = { kind: 'notice', seq, at, status, agent, before: before?.agent }
      const last = state.items.at(-1)
      // What says the same again replaces the last line rather than adding one.
      const same = last === before && before?.status === status && before.agent?.name === agent?.name
      const items = same ? state.items.with(-1, { ...notice, before: before.before }) : [...state.items, notice]
      // While we catch up, session.ready told the place of now.
      const queue = seq > state.head ? { position, absence, opens_at } : state.queue
      return { ...state, status, agent, queue, items }
    }
    case 'contact.changed':
      return { ...state, contact: frame.data }
    case 'feedback.given': {
      const { message, helpful, comment } = frame.data
      return change(state, message, (answer) => ({ ...answer, feedback: { helpful, comment } }))
    }
    case 'event.erased': {
      const { target } = frame.data
      return { ...state, items: state.items.map((item) => (endOf(item) === target ? erased(item) : item)) }
    }
  }
  return state
}

/** An erased event's message is known by its place: one that was announced by an earlier server does not name it. */
function applyErased(state: State, frame: EventFrame): State {
  const { type } = frame
  if (type === 'message.created') return { ...state, items: [...state.items, erased(frame)] }
  const open = openAnswer(state)
  if (!open || (type !== 'message.completed' && type !== 'message.interrupted')) return state
  return { ...state, items: state.items.map((item) => (item === open ? erased(item) : item)) }
}

/** The seq of the event that gave an item its text. */
const endOf = (item: Item): number | undefined => (item.kind === 'answer' ? item.end : item.seq)

const erased = ({ seq, at }: { seq: number; at?: string }): Notice => ({ kind: 'notice', seq, at, status: 'erased' })

const settle = (answer: Answer, end: number, text: string): Answer => ({ ...answer, end, text, bytes: byteLength(text) })

/** Replaces one answer, from the end: it is nearly always the last item. */
function change(state: State, id: string, by: (answer: Answer) => Answer): State {
  const i = state.items.findLastIndex((item) => item.kind === 'answer' && item.id === id)
  const answer = state.items[i] as Answer | undefined
  const next = answer && by(answer)
  return next === answer ? state : { ...state, items: state.items.with(i, next!) }
}

/** The answer that is being written, if one is. */
export const openAnswer = (state: State): Answer | undefined =>
  state.items.findLast((item): item is Answer => item.kind === 'answer' && item.phase === 'open')

/** The failed answers that are worth another try: nothing was said to their questions since. */
export function retryable({ status, items }: State): Set<string> {
  const last = new Map<string, Answer>() // by question
  for (const item of items) if (item.kind === 'answer') last.set(item.question ?? item.id, item)
  const failed = [...last.values()].filter((answer) => status === 'bot' && answer.phase === 'failed')
  return new Set(failed.map((answer) => answer.id))
}

/** Whether a person is offered: the bot does, or it failed or said nothing twice in a row. */
export function stuck({ status, items }: State): boolean {
  if (status !== 'bot') return false
  const lately = items.filter((item) => item.kind !== 'message').slice(-2)
  const last = lately.at(-1)
  const useless = (item: Item) => item.kind === 'answer' && (item.phase === 'failed' || (item.phase === 'done' && !item.text))
  return (last?.kind === 'answer' && last.offer === 'handoff') || (lately.length > 1 && lately.every(useless))
}

/** The last own message, where a person has read it and nothing was said since. */
export function seenMessage({ items, seen }: State): Message | undefined {
  const last = items.at(-1)
  return last?.kind === 'message' && last.author.kind === 'visitor' && last.seq <= seen ? last : undefined
}

/** Whether the visitor must agree to something before anything is said. */
export const mustAgree = ({ bot: { consent } }: State): boolean => Boolean(consent?.required && !consent.given)

/** Whether an answer is due that has not begun: the last word is the visitor's, and the bot has it. */
export function awaited(state: State): boolean {
  const last = state.items.at(-1)
  return state.status === 'bot' && last?.kind === 'message' && last.author.kind === 'visitor'
}

/** How many messages to the visitor ended after a seq. */
export const unread = (state: State, read: number): number =>
  state.items.filter((item) =>
    item.kind === 'answer'
      ? item.phase !== 'node_lost' && (item.end ?? 0) > read
      : item.kind === 'message' && item.author.kind === 'agent' && item.seq > read,
  ).length
