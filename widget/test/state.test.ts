import { expect, test } from 'vitest'
import { awaited, type Answer, empty, gap, openAnswer, reduce, retryable, seenMessage, stuck, unread } from '../src/state'
import { agent, bot, delta, log, play, ready, snapshot, visitor } from './log'

const question = () => {
  const event = log()
  return {
    event,
    frames: [
      ready(0),
      event('message.created', { message: 'msg_1', author: visitor, text: 'Hi', client_id: 'c-1' }),
      event('message.started', { message: 'msg_2', author: bot, question: 'msg_1', attempt: 1 }),
    ],
  }
}
const answerOf = (state: ReturnType<typeof play>) => state.items.find((item): item is Answer => item.kind === 'answer')!

test('deltas are placed by their index in UTF-8 bytes', () => {
  const { frames } = question()
  const state = play([...frames, delta('msg_2', 0, 'Grüße'), delta('msg_2', 7, ' 👋'), delta('msg_2', 12, '!')])
  expect(answerOf(state)).toMatchObject({ text: 'Grüße 👋!', bytes: 13, phase: 'open' })
})

test('a delta that comes twice adds nothing', () => {
  const { frames } = question()
  expect(answerOf(play([...frames, delta('msg_2', 0, 'a'), delta('msg_2', 0, 'a'), delta('msg_2', 1, 'b')])).text).toBe('ab')
})

test('behind a gap no delta is shown until a snapshot, and then they go on', () => {
  const { frames } = question()
  const broken = play([...frames, delta('msg_2', 0, 'a'), delta('msg_2', 5, 'f'), delta('msg_2', 6, 'g')])
  expect(answerOf(broken).text).toBe('a')
  expect(answerOf(play([snapshot('msg_2', 'abcdefg'), delta('msg_2', 7, 'h')], broken)).text).toBe('abcdefgh')
})

test('the completed text is the truth, whatever was shown, and deltas after it are late', () => {
  const { frames, event } = question()
  const completed = event('message.completed', { message: 'msg_2', text: 'All of it [1].', citations: [{ mark: 1, title: 'T' }] })
  const state = play([...frames, delta('msg_2', 0, 'All'), completed, delta('msg_2', 3, ' of')])
  expect(answerOf(state)).toMatchObject({ text: 'All of it [1].', phase: 'done', citations: [{ mark: 1, title: 'T' }] })
  expect(openAnswer(state)).toBeUndefined()
})

test('a stopped answer keeps what was shown', () => {
  const { frames, event } = question()
  const state = play([...frames, delta('msg_2', 0, 'Half'), event('message.interrupted', { message: 'msg_2', text: 'Half', reason: 'stopped' })])
  expect(answerOf(state)).toMatchObject({ text: 'Half', phase: 'stopped' })
})

test('an answer that a crash broke is dropped, and its second attempt takes its place', () => {
  const { frames, event } = question()
  const lost = play([...frames, delta('msg_2', 0, 'Half'), event('message.interrupted', { message: 'msg_2', text: '', reason: 'node_lost' })])
  expect(answerOf(lost)).toMatchObject({ text: '', phase: 'node_lost' })
  const again = play([event('message.started', { message: 'msg_3', author: bot, question: 'msg_1', attempt: 2 })], lost)
  expect(again.items.map((item) => item.kind === 'answer' && item.id)).toEqual([false, 'msg_3'])
})

test('a failed answer is worth another try until its question gets another answer, whatever was said meanwhile', () => {
  const { frames, event } = question()
  const fail = (message: string) => event('message.interrupted', { message, text: 'Half', reason: 'failed' })
  const failed = play([...frames, fail('msg_2')])
  expect(answerOf(failed)).toMatchObject({ text: 'Half', phase: 'failed' })
  expect([...retryable(failed)]).toEqual(['msg_2'])
  const wentOn = play(
    [
      event('message.created', { message: 'msg_3', author: visitor, text: 'And?' }),
      event('message.started', { message: 'msg_4', author: bot, question: 'msg_3', attempt: 1 }),
      event('message.completed', { message: 'msg_4', text: 'Yes.' }),
    ],
    failed,
  )
  expect([...retryable(wentOn)]).toEqual(['msg_2'])
  const again = play([event('message.started', { message: 'msg_5', author: bot, question: 'msg_1', attempt: 1 })], wentOn)
  expect([...retryable(again)]).toEqual([])
  const failedAgain = play([fail('msg_5')], again)
  expect([...retryable(failedAgain)]).toEqual(['msg_5'])
  expect(failedAgain.items.filter((item) => item.kind === 'answer' && item.text === 'Half')).toHaveLength(2)
  expect([...retryable(play([event('status.changed', { status: 'agent' })], failedAgain))]).toEqual([])
})

test('an event is applied once and in order: what comes again or too early changes nothing', () => {
  const { frames } = question()
  const state = play(frames)
  const early = { type: 'status.changed', seq: 9, data: { status: 'closed' } } as const
  expect(gap(state, early)).toBe(true)
  expect(reduce(state, early)).toBe(state)
  expect(gap(state, frames[1]!)).toBe(false)
  expect(reduce(state, frames[1]!)).toBe(state)
})

test('resuming keeps what is shown; a log that is another one is shown afresh', () => {
  const { frames } = question()
  const state = play([...frames, delta('msg_2', 0, 'a')])
  expect(reduce(state, ready(2)).items).toBe(state.items)
  expect(reduce(state, ready(5, false))).toMatchObject({ seq: 0, items: [], head: 5 })
  expect(reduce(state, ready(5, true, 'cnv_2'))).toMatchObject({ seq: 0, items: [], conversation: 'cnv_2' })
})

test('replaying the log gives what was shown live', () => {
  const { frames, event } = question()
  const events = [
    ...frames,
    event('message.completed', { message: 'msg_2', text: 'ab', citations: [] }),
    event('feedback.given', { message: 'msg_2', helpful: true }),
    event('status.changed', { status: 'waiting', position: 2 }),
    event('status.changed', { status: 'waiting', position: 1 }),
    event('status.changed', { status: 'agent', agent }),
    event('message.created', { message: 'msg_4', author: agent, text: 'Hello' }),
  ]
  const live = play([...events.slice(0, 3), delta('msg_2', 0, 'a'), delta('msg_2', 1, 'x'), ...events.slice(3)])
  expect(live).toEqual(play(events))
  expect(live.items.map((item) => item.kind)).toEqual(['message', 'answer', 'notice', 'notice', 'message'])
  expect(live).toMatchObject({ status: 'agent', agent: { name: 'Ada' } })
})

test('an erased message loses its text the same way live and when the log is replayed', () => {
  const { frames, event } = question()
  const completed = event('message.completed', { message: 'msg_2', text: 'secret', citations: [{ quote: 'secret' }] })
  const before = play([...frames, completed])
  const live = play([event('event.erased', { target: 1 }), event('event.erased', { target: 3 })], before)
  expect(JSON.stringify(live)).not.toContain('secret')
  // What the server sends of an erased event: its place and type, nothing of what it said.
  const blank = [frames[0]!, ...[frames[1]!, frames[2]!, completed].map((one, i) => (i === 1 ? one : { ...one, data: { erased: true } as never }))]
  expect(play(blank).items).toEqual(live.items)
})

test('a message leaves the outbox when the log shows it', () => {
  const pending = { ...empty, outbox: [{ clientId: 'c-1', text: 'Hi' }, { clientId: 'c-2', text: 'You' }] }
  expect(play(question().frames, pending).outbox).toEqual([{ clientId: 'c-2', text: 'You' }])
})

test('an answer is awaited after a question, while the bot has the conversation', () => {
  const event = log()
  const asked = play([ready(0), event('message.created', { message: 'msg_1', author: visitor, text: 'Hi' })])
  expect(awaited(asked)).toBe(true)
  expect(awaited(play(question().frames))).toBe(false)
  expect(awaited(play([event('status.changed', { status: 'waiting' })], asked))).toBe(false)
})

test('what ended or was said by a person after the read mark is unread', () => {
  const { frames, event } = question()
  const open = play(frames)
  expect(unread(open, 0)).toBe(0)
  const done = play([event('message.completed', { message: 'msg_2', text: 'a' })], open)
  expect(unread(done, 2)).toBe(1)
  expect(unread(done, 3)).toBe(0)
  expect(unread(play([event('message.created', { message: 'msg_4', author: agent, text: 'Hello' })], done), 3)).toBe(1)
})

test('one change makes one new state and leaves the old one alone', () => {
  const state = Object.freeze({ ...play(question().frames) })
  Object.freeze(state.items)
  state.items.forEach(Object.freeze)
  expect(reduce(state, delta('msg_2', 0, 'a'))).not.toBe(state)
  expect(answerOf(state).text).toBe('')
})

test('the place in the line is the last that was told, and session.ready knows better than what is caught up', () => {
  const event = log()
  const waiting = event('status.changed', { status: 'waiting', position: 3 })
  const behind = play([{ type: 'session.ready', data: { ...(ready(1) as { data: object }).data, status: 'waiting', queue: { position: 1 } } } as never, waiting])
  expect(behind.queue).toEqual({ position: 1 })
  const live = play([ready(0), waiting, { type: 'queue.changed', data: { absence: 'nobody' } }])
  expect(live.queue).toEqual({ absence: 'nobody' })
})

test('a person who follows another one is told with both names, and so is who left', () => {
  const event = log()
  const state = play([
    ready(0),
    event('status.changed', { status: 'agent', agent }),
    event('message.created', { message: 'msg_1', author: agent, text: 'Hello' }),
    event('status.changed', { status: 'agent', agent: { kind: 'agent', name: 'Grace' } }),
    event('status.changed', { status: 'bot' }),
  ])
  const notices = state.items.filter((item) => item.kind === 'notice')
  expect(notices).toMatchObject([{ agent }, { agent: { name: 'Grace' }, before: agent }, { status: 'bot', before: { name: 'Grace' } }])
  expect(state.agent).toBeUndefined()
})

test('a person is offered when the bot does, or when its last two answers were of no use', () => {
  const { frames, event } = question()
  const answers = (...ends: [string, object][]) => {
    const { frames, event } = question()
    return play([
      ...frames,
      ...ends.flatMap(([type, data], i) => [
        ...(i ? [event('message.started', { message: `msg_a${i}`, author: bot })] : []),
        event(type as 'message.completed', { message: i ? `msg_a${i}` : 'msg_2', text: '', ...data }),
      ]),
    ])
  }
  const failed: [string, object] = ['message.interrupted', { reason: 'failed' }]
  expect(stuck(answers(['message.completed', { text: 'I do not know.', offer: 'handoff' }]))).toBe(true)
  expect(stuck(answers(failed))).toBe(false)
  expect(stuck(answers(failed, failed))).toBe(true)
  expect(stuck(answers(failed, ['message.completed', {}]))).toBe(true)
  expect(stuck(answers(failed, ['message.completed', { text: 'Yes.' }]))).toBe(false)
  expect(stuck(answers(failed, ['message.interrupted', { reason: 'stopped' }]))).toBe(false)
  expect(stuck(play([...frames, event('message.completed', { message: 'msg_2', text: '', offer: 'handoff' }), event('status.changed', { status: 'waiting' })]))).toBe(false)
})

test('the last own message was seen once a person has read it, until something follows', () => {
  const event = log()
  const sent = play([ready(0), event('message.created', { message: 'msg_1', author: visitor, text: 'Hi' })])
  const read = (seq: number, kind: 'agent' | 'visitor' = 'agent') => ({ type: 'read', data: { author: { kind }, seq } }) as const
  expect(seenMessage(sent)).toBeUndefined()
  expect(seenMessage(reduce(sent, read(1, 'visitor')))).toBeUndefined()
  const seen = reduce(sent, read(1))
  expect(seenMessage(seen)).toMatchObject({ id: 'msg_1' })
  expect(reduce(seen, read(0)).seen).toBe(1)
  expect(seenMessage(play([event('message.created', { message: 'msg_2', author: agent, text: 'Hello' })], seen))).toBeUndefined()
})
