/** The frames that the server's own tests write and read: both sides mean the same bytes. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { empty, reduce, type State } from '../src/state'
import { decode, encode, isEvent, type ServerFrame } from '../src/wire'
import { agent, bot, visitor } from './log'

const folder = new URL('../../transport/wire/testdata/', import.meta.url)
const golden = (name: string) => readFileSync(new URL(`${name}.json`, folder), 'utf8').trim()
const server = (name: string) => decode(golden(`server/${name}`)) as ServerFrame

/** A conversation with an open answer that the golden events apply to, just before the given event. */
const before = (frame: ServerFrame): State => ({
  ...empty,
  conversation: 'cnv_1',
  seq: isEvent(frame) ? frame.seq - 1 : 44,
  items: [
    { kind: 'message', id: 'msg_0', seq: 45, author: visitor, text: 'secret' },
    { kind: 'answer', id: 'msg_3', seq: 40, author: bot, text: 'Seven', bytes: 5, phase: 'open', citations: [], question: 'msg_0' },
  ],
})
const after = (name: string) => {
  const frame = server(name)
  return reduce(before(frame), frame)
}
const answer = (name: string) => after(name).items[1]

test('every golden frame of the server can be decoded, and none breaks the conversation', () => {
  const names = readdirSync(new URL('server', folder)).map((file) => file.replace('.json', ''))
  expect(names.length).toBeGreaterThan(25)
  for (const name of names) expect(() => after(name), name).not.toThrow()
})

test.each([
  ['message.created.visitor', { kind: 'message', id: 'msg_1', author: visitor, text: 'Hi "you"\n<b>né</b>', clientId: 'c-1' }],
  ['message.created.agent', { kind: 'message', id: 'msg_2', author: agent, text: 'Hello' }],
  ['status.changed.waiting', { kind: 'notice', status: 'waiting' }],
  ['status.changed.agent', { kind: 'notice', status: 'agent', agent: { name: 'Ada' } }],
  ['erased', { kind: 'notice', status: 'erased', seq: 45 }],
])('%s becomes an item', (name, item) => {
  expect(after(name).items.at(-1)).toMatchObject(item)
})

test('message.started opens an answer', () => {
  expect(after('message.started').items.at(-1)).toMatchObject({ kind: 'answer', phase: 'open', text: '', question: 'msg_1', author: bot })
})

test.each([
  ['message.delta', { phase: 'open', text: 'Seven é', bytes: 8 }],
  ['snapshot', { phase: 'open', text: 'Seven é', bytes: 8 }],
  ['message.completed', { phase: 'done', text: 'Seven days [1].' }],
  ['message.completed.offer', { phase: 'done', offer: 'handoff' }],
  ['message.interrupted', { phase: 'stopped', text: 'Seven' }],
  ['message.interrupted.node_lost', { phase: 'node_lost', text: '' }],
  ['feedback.given', { feedback: { helpful: false, comment: 'No' } }],
])('%s changes its answer', (name, change) => {
  expect(answer(name)).toMatchObject(change)
})

test('citations come with all that the panel of a source shows', () => {
  expect(answer('message.completed')).toMatchObject({
    citations: [
      { mark: 1, source: 'src_1', title: 'Returns', url: 'https://shop.example/returns', page: 3, quote: 'Within seven days' },
      { source: 'src_2', title: 'Terms' },
    ],
  })
})

test('event.erased takes the text away', () => {
  expect(JSON.stringify(after('event.erased').items)).not.toContain('secret')
})

test('session.ready tells the head, the status and the bot', () => {
  expect(after('session.ready')).toMatchObject({ head: 44, status: 'bot', bot: { name: 'Shop', greeting: 'Hello!', suggestions: ['Returns?', 'Hours?'], handoff: true } })
  expect(after('session.ready').bot.appearance).toEqual({ accent: '#3455db', theme: 'auto', position: 'left', title: 'Help' })
  expect(after('session.ready.agent')).toMatchObject({ head: 0, seq: 0, items: [], status: 'agent', agent: { name: 'Ada' } })
})

test('session.ready and what follows tell a visitor who waits where they stand, and how far a person has read', () => {
  const queue = { position: 2, absence: 'hours', opens_at: '2026-11-22T08:30:05.123Z' }
  expect(after('session.ready.waiting')).toMatchObject({ status: 'waiting', queue, seen: 41, bot: { preview: true } })
  expect(after('status.changed.away')).toMatchObject({ status: 'waiting', queue: { ...queue, position: 3 } })
  expect(after('queue.changed').queue).toEqual({ position: 3, absence: 'nobody' })
  expect(after('read').seen).toBe(45)
  expect(after('contact.changed').contact).toEqual({ name: 'Eve', email: 'eve@shop.example' })
})

test('what we send is what the server expects', () => {
  const same = (frame: string, name: string) => expect(JSON.parse(frame)).toMatchObject(JSON.parse(golden(`client/${name}`)))
  same(encode('session.open', { bot: 'bot_1' }, '1'), 'session.open.first')
  same(encode('session.open', { bot: 'bot_1', token: 't', after: 41, page: 'https://shop.example/', locale: 'en' }, '1'), 'session.open')
  same(encode('session.open', { bot: 'bot_1', token: 't', conversation: 'new' }, '1'), 'session.open.switch')
  same(encode('message.send', { client_id: 'c-1', text: 'Hi' }, '2'), 'message.send')
  same(encode('message.stop', { message: 'msg_3' }, '3'), 'message.stop')
  same(encode('message.feedback', { message: 'msg_3', helpful: true, comment: 'Good' }, '4'), 'message.feedback')
  same(encode('handoff.request', {}, '6'), 'handoff.request')
  same(encode('handoff.cancel', {}, '5'), 'handoff.cancel')
  same(encode('transcript.request', { email: 'eve@shop.example' }, '6'), 'transcript.request')
  same(encode('transcript.request', {}, '6'), 'transcript.request.known')
  same(encode('contact.set', { name: 'Eve', email: 'eve@shop.example', phone: '1' }, '5'), 'contact.set')
  same(encode('conversation.close', {}, '7'), 'conversation.close')
  same(encode('typing', { text: 'Where is my' }, '7'), 'typing.text')
  same(encode('read', { seq: 44 }), 'read')
  same(encode('typing', {}), 'typing')
  same(encode('ping', {}), 'ping')
  same(encode('pong', {}), 'pong')
})

test.each(['', '{', '[]', 'null', '7', '{"type":1}', '{"seq":"1","type":"x"}', '{"data":{}}'])('%j is no frame, and no reason to stop', (raw) => {
  expect(decode(raw)).toBeNull()
})

test('a type that a later server may send changes nothing', () => {
  const frame = decode('{"type":"weather.changed","data":{"sun":true}}')!
  expect(reduce(empty, frame)).toBe(empty)
})

test('an event of a type that a later server may send is counted, so that the log goes on', () => {
  const frame = decode('{"seq":1,"type":"weather.changed","data":{"sun":true}}')!
  expect(reduce(empty, frame)).toEqual({ ...empty, seq: 1 })
})
