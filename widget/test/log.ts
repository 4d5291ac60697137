import { empty, reduce, type State } from '../src/state'
import type { Events, PassingFrame, ServerFrame } from '../src/wire'

/** Makes durable events with seq counted from 1. */
export function log(): <T extends keyof Events>(type: T, data: Events[T]) => ServerFrame {
  let seq = 0
  return (type, data) => ({ type, seq: ++seq, at: '2026-11-22T08:30:05.123Z', data }) as ServerFrame
}

export const ready = (seq: number, recovered = true, conversation = 'cnv_1'): PassingFrame => ({
  type: 'session.ready',
  data: { token: 't', conversation, seq, recovered, status: 'bot', bot: { name: 'Shop' } },
})
export const delta = (message: string, index: number, text: string): PassingFrame => ({ type: 'message.delta', data: { message, index, text } })
export const snapshot = (message: string, text: string): PassingFrame => ({ type: 'message.snapshot', data: { message, text } })

export const play = (frames: ServerFrame[], from: State = empty): State => frames.reduce(reduce, from)

export const visitor = { kind: 'visitor' } as const
export const bot = { kind: 'bot', name: 'Shop' } as const
export const agent = { kind: 'agent', name: 'Ada' } as const
