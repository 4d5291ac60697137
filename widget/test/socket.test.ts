import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { backoff, CAP } from '../src/backoff'
import { type Condition, PATIENCE, REST, SILENCE, Socket, SOON } from '../src/socket'
import type { ServerFrame } from '../src/wire'
import { FakeSocket, useFakeSocket } from './fake-socket'

let frames: ServerFrame[]
let conditions: [Condition, number?][]
const ready = { ref: '1', type: 'session.ready', data: { token: 't', conversation: 'cnv_1', seq: 0, recovered: true, status: 'bot' } }

function setup(): Socket {
  frames = []
  conditions = []
  const socket = new Socket('wss://chat.example/api/v1/socket', {
    hello: () => ({ bot: 'bot_1' }),
    frame: (frame) => void frames.push(frame),
    condition: (condition, code) => void conditions.push([condition, code]),
  })
  socket.connect()
  return socket
}
const open = () => {
  FakeSocket.last.accept()
  FakeSocket.last.say(ready)
}

beforeEach(useFakeSocket)
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('the wait before an attempt is anything up to a limit that doubles and is capped', () => {
  expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 500, () => 1))).toEqual([500, 1000, 2000, 4000])
  expect(backoff(50, 500, () => 1)).toBe(CAP)
  expect(backoff(3, 500, () => 0)).toBe(0)
  const waits = Array.from({ length: 200 }, () => backoff(4))
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(4000)
})

test('a connection asks for the subprotocol and begins with session.open', () => {
  setup()
  expect(FakeSocket.last).toMatchObject({ url: 'wss://chat.example/api/v1/socket', protocol: 'parley.v1' })
  FakeSocket.last.accept()
  expect(FakeSocket.last.sent).toEqual([{ id: '1', type: 'session.open', data: { bot: 'bot_1' } }])
  FakeSocket.last.say(ready)
  expect(conditions.at(-1)).toEqual(['open', undefined])
})

test.each([1000, 1001, 1006, 1011, 4001, 4002, 4003, 4004, 4499])('after close code %i it connects again', (code) => {
  setup()
  open()
  FakeSocket.last.end(code)
  expect(conditions.at(-1)).toEqual(['waiting', code])
  vi.advanceTimersByTime(500)
  expect(FakeSocket.all).toHaveLength(2)
})

test('a server that drains says over which time its visitors spread; the next one is no worse for it', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
  setup()
  open()
  FakeSocket.last.say({ type: 'draining', data: { within: 3 } })
  expect(conditions.at(-1)![0]).toBe('open')
  FakeSocket.last.end(4002)
  vi.advanceTimersByTime(2_900)
  expect(FakeSocket.all).toHaveLength(1)
  vi.advanceTimersByTime(100)
  expect(FakeSocket.all).toHaveLength(2)
  open()
  FakeSocket.last.end()
  vi.advanceTimersByTime(500)
  expect(FakeSocket.all).toHaveLength(3)
  vi.restoreAllMocks()
})

test.each([4500, 4501, 4502, 4504, 4999])('after close code %i it stops for good', (code) => {
  const socket = setup()
  open()
  FakeSocket.last.end(code)
  expect(conditions.at(-1)).toEqual(['stopped', code])
  socket.check()
  socket.connect()
  vi.advanceTimersByTime(10 * CAP)
  expect(FakeSocket.all).toHaveLength(1)
})

test('whether chats still rest is asked after minutes, spread, and without a word until they do not', () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0)
  setup()
  open()
  FakeSocket.last.end(4503)
  expect(conditions.at(-1)).toEqual(['stopped', 4503])
  const told = conditions.length
  const waits = ([[0.999, 4503], [0.5, 1006], [0, 4503]] as const).map(([next, code]) => {
    const before = Date.now()
    vi.advanceTimersToNextTimer()
    random.mockReturnValue(next)
    FakeSocket.last.accept()
    FakeSocket.last.end(code)
    return Math.round((Date.now() - before) / 1000) * 1000
  })
  expect(waits).toEqual([REST, 2 * REST, 1.5 * REST])
  expect(FakeSocket.all).toHaveLength(4)
  vi.advanceTimersToNextTimer()
  expect(conditions).toHaveLength(told)
  open()
  FakeSocket.last.end()
  expect(conditions.slice(told)).toEqual([['open', undefined], ['waiting', 1006]])
  vi.restoreAllMocks()
})

test('whether chats still rest is asked at once when somebody looks, and not more often however often they do', () => {
  const socket = setup()
  open()
  FakeSocket.last.end(4503)
  const started = Date.now()
  vi.advanceTimersByTime(SOON)
  socket.check()
  vi.advanceTimersByTime(0)
  expect(FakeSocket.all).toHaveLength(2)
  for (let i = 0; i < 1000; i++) {
    if (FakeSocket.last.readyState < 2) FakeSocket.last.end(4503)
    socket.check()
    socket.restart()
    vi.advanceTimersByTime(SOON / 10)
  }
  expect(FakeSocket.all.length).toBeLessThanOrEqual(1 + (Date.now() - started) / SOON)
  expect(FakeSocket.all.length).toBeGreaterThan(90)
})

test('a server that refuses the session for another reason has chats that do not rest', () => {
  setup()
  open()
  FakeSocket.last.end(4503)
  vi.advanceTimersToNextTimer()
  FakeSocket.last.accept()
  FakeSocket.last.say({ ref: FakeSocket.last.of('session.open')[0]!.id, type: 'error', data: { code: 'token_invalid', message: 'No.' } })
  expect(conditions.at(-1)).toEqual(['waiting', 1006])
  vi.advanceTimersByTime(500)
  expect(FakeSocket.all).toHaveLength(3)
  FakeSocket.last.end(4503)
  vi.advanceTimersToNextTimer()
  FakeSocket.last.end(4501)
  vi.advanceTimersByTime(10 * REST)
  expect(conditions.at(-1)).toEqual(['stopped', 4501])
  expect(FakeSocket.all).toHaveLength(4)
})

test('waits grow while nobody answers, and begin anew once the server greeted', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
  setup()
  const waits = [0, 1, 2, 3].map(() => {
    FakeSocket.last.end()
    const before = Date.now()
    vi.advanceTimersToNextTimer()
    return Math.round((Date.now() - before) / 100) * 100
  })
  expect(waits).toEqual([500, 1000, 2000, 4000])
  open()
  FakeSocket.last.end()
  vi.advanceTimersByTime(500)
  expect(FakeSocket.all).toHaveLength(6)
  vi.restoreAllMocks()
})

test('the network coming back does not wait for the next attempt', () => {
  const socket = setup()
  FakeSocket.last.end()
  socket.check()
  expect(FakeSocket.all).toHaveLength(2)
  vi.advanceTimersByTime(CAP / 4)
  expect(FakeSocket.all).toHaveLength(2) // the attempt that was due is not made as well
})

test('after silence it pings, and takes an unanswered ping for a dead connection', () => {
  setup()
  open()
  vi.advanceTimersByTime(SILENCE)
  expect(FakeSocket.last.sent.at(-1)).toMatchObject({ type: 'ping', data: {} })
  FakeSocket.last.say({ type: 'pong' })
  vi.advanceTimersByTime(SILENCE)
  expect(FakeSocket.all).toHaveLength(1)
  vi.advanceTimersByTime(PATIENCE)
  expect(conditions.at(-1)).toEqual(['waiting', 1006])
  expect(FakeSocket.all[0]!.readyState).toBe(3)
})

test('a ping is answered', () => {
  setup()
  open()
  FakeSocket.last.say({ type: 'ping' })
  expect(FakeSocket.last.sent.at(-1)).toEqual({ type: 'pong', data: {} })
})

test('a message that nothing answers is a dead connection too; typing is not answered', () => {
  const socket = setup()
  open()
  socket.send('typing', {})
  vi.advanceTimersByTime(PATIENCE)
  expect(conditions.at(-1)![0]).toBe('open')
  socket.send('message.send', { client_id: 'c-1', text: 'Hi' })
  vi.advanceTimersByTime(PATIENCE)
  expect(conditions.at(-1)![0]).toBe('waiting')
})

test('a server that accepts and never greets is left', () => {
  setup()
  FakeSocket.last.accept()
  vi.advanceTimersByTime(PATIENCE)
  expect(conditions.at(-1)![0]).toBe('waiting')
})

test('a session that is refused is opened again, not before the server said', () => {
  setup()
  FakeSocket.last.accept()
  FakeSocket.last.say({ ref: '1', type: 'error', data: { code: 'rate_limited', message: 'Slower, please.', retry_after: 30 } })
  expect(frames.at(-1)!.type).toBe('error')
  vi.advanceTimersByTime(29_999)
  expect(FakeSocket.all).toHaveLength(1)
  vi.advanceTimersByTime(501)
  expect(FakeSocket.all).toHaveLength(2)
})

test('what a connection says after it was given up is not heard', () => {
  const socket = setup()
  open()
  const old = FakeSocket.last
  socket.restart()
  vi.advanceTimersByTime(500)
  const heard = frames.length
  old.say({ type: 'typing', data: {} })
  old.end(4501)
  expect(frames).toHaveLength(heard)
  expect(conditions.at(-1)![0]).toBe('connecting')
})

test('nothing is sent, and that is said, while there is no connection', () => {
  expect(setup().send('message.stop', {})).toBeUndefined()
})
