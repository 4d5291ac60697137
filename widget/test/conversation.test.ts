import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Conversation } from '../src/conversation'
import { explain as ownersWords } from '../src/more/owner'
import { mustAgree } from '../src/state'
import { follow, kept, tab } from '../src/storage'
import { FakeSocket, useFakeSocket } from './fake-socket'

const explain = vi.fn()

/** The little of a browser that a conversation needs. */
function useFakePage(): void {
  const area = () => {
    const items = new Map<string, string>()
    return { getItem: (key: string) => items.get(key) ?? null, setItem: (key: string, value: string) => void items.set(key, value) }
  }
  vi.stubGlobal('localStorage', area())
  vi.stubGlobal('sessionStorage', area())
  vi.stubGlobal('location', { href: 'https://shop.example/shoes?size=9#top', origin: 'https://shop.example' })
  vi.stubGlobal('navigator', { language: 'en' })
  vi.stubGlobal('document', { visibilityState: 'visible', addEventListener: () => {} })
  vi.stubGlobal('addEventListener', () => {})
}

const setup = () => {
  const conversation = new Conversation({ bot: 'bot_1', server: 'https://chat.example', kept: kept('bot_1'), tab: tab('bot_1') }, () => {}, explain)
  conversation.connect()
  return conversation
}
const greet = (data: object = {}) => {
  FakeSocket.last.accept()
  FakeSocket.last.say({ ref: '1', type: 'session.ready', data: { token: 't', conversation: 'cnv_1', seq: 0, recovered: true, status: 'bot', bot: {}, ...data } })
}
const cut = () => {
  FakeSocket.last.end()
  vi.advanceTimersByTime(30_000)
}
const created = (seq: number, clientId: string) => ({
  seq,
  type: 'message.created',
  data: { message: `msg_${seq}`, author: { kind: 'visitor' }, text: 'Hi', client_id: clientId },
})
const started = (seq: number) => ({ seq, type: 'message.started', data: { message: `msg_${seq}`, author: { kind: 'bot' } } })
const opened = () => FakeSocket.last.of('session.open')[0]!.data
const sendRef = () => FakeSocket.last.of('message.send')[0]!.id
const sends = () => FakeSocket.last.of('message.send').map((frame) => frame.data.client_id)

beforeEach(() => {
  useFakeSocket()
  useFakePage()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a first visit names the bot, the page without its fragment, and no token', () => {
  setup()
  greet()
  expect(opened()).toEqual({ bot: 'bot_1', page: 'https://shop.example/shoes?size=9', locale: 'en' })
})

test('after a cut it resumes behind the last event that it has', () => {
  const conversation = setup()
  greet()
  FakeSocket.last.say(created(1, 'x'))
  FakeSocket.last.say(started(2))
  FakeSocket.last.say({ type: 'message.delta', data: { message: 'msg_2', index: 0, text: 'Hel' } })
  cut()
  greet({ seq: 2 })
  expect(opened()).toMatchObject({ token: 't', after: 2 })
  FakeSocket.last.say({ type: 'message.snapshot', data: { message: 'msg_2', text: 'Hello' } })
  FakeSocket.last.say({ type: 'message.delta', data: { message: 'msg_2', index: 5, text: ' you' } })
  expect(conversation.snapshot.items.at(-1)).toMatchObject({ text: 'Hello you' })
})

test('a node that drains costs neither a message nor a word: what it did not answer goes to the next one', () => {
  const conversation = setup()
  greet()
  FakeSocket.last.say({ type: 'draining', data: { within: 2 } })
  conversation.post('Hi')
  const sent = sends()
  FakeSocket.last.end(4002)
  vi.advanceTimersByTime(1_999)
  expect(FakeSocket.all).toHaveLength(2)
  expect(conversation.snapshot.lost).toBe(false)
  expect(conversation.snapshot.outbox).toMatchObject([{ text: 'Hi' }])
  greet()
  expect(sends()).toEqual(sent)
})

test('a page that is loaded again asks for all of its conversation', () => {
  setup()
  greet()
  setup()
  greet()
  expect(opened()).toMatchObject({ token: 't', after: 0 })
})

test('a message is shown at once and sent again after a cut under the same client id, until it is in the log', () => {
  const conversation = setup()
  greet()
  conversation.post('Hi')
  const [clientId] = sends()
  expect(conversation.snapshot.outbox).toMatchObject([{ text: 'Hi', clientId }])
  cut()
  greet()
  expect(sends()).toEqual([clientId])
  FakeSocket.last.say({ ref: sendRef(), type: 'ack', data: { seq: 1, message: 'msg_1' } })
  FakeSocket.last.say(created(1, clientId as string))
  expect(conversation.snapshot.outbox).toEqual([])
  cut()
  greet({ seq: 1 })
  expect(sends()).toEqual([])
})

test('an ack for a message that was in the log before ends its sending', () => {
  const conversation = setup()
  greet()
  conversation.post('Hi')
  cut()
  greet({ seq: 1 })
  // The log names another client id, as after an erasure: the ack alone says that it is there.
  FakeSocket.last.say({ ...created(1, ''), data: { erased: true } })
  FakeSocket.last.say({ ref: sendRef(), type: 'ack', data: { seq: 1, message: 'msg_1' } })
  expect(conversation.snapshot.outbox).toEqual([])
})

test('what is written without a connection goes out in order when it is there', () => {
  const conversation = setup()
  conversation.post('one')
  conversation.post('two')
  greet()
  expect(FakeSocket.last.of('message.send').map((frame) => frame.data.text)).toEqual(['one', 'two'])
})

test('an unacknowledged message survives a reload of the page', () => {
  const conversation = setup()
  greet()
  conversation.post('Hi')
  const before = sends()
  setup()
  greet()
  expect(sends()).toEqual(before)
})

test('a refused message says why and waits for the visitor', () => {
  const conversation = setup()
  greet()
  conversation.post('Hi')
  const [clientId] = sends()
  FakeSocket.last.say({ ref: sendRef(), type: 'error', data: { code: 'rate_limited', message: 'Slower, please.', retry_after: 30 } })
  expect(conversation.snapshot.outbox).toMatchObject([{ error: 'Slower, please.', retryAt: Date.now() + 30_000 }])
  cut()
  greet()
  expect(sends()).toEqual([])
  conversation.resend(clientId as string)
  expect(sends()).toEqual([clientId])
})

test('what the storage could not take is kept, over a reload too, and sent again under its client id', () => {
  setup().post('Hi')
  greet()
  const [clientId] = sends()
  FakeSocket.last.say({ ref: sendRef(), type: 'error', data: { code: 'unavailable', message: 'We cannot reach our storage right now.' } })
  const reloaded = setup()
  greet()
  expect(reloaded.snapshot.outbox).toMatchObject([{ text: 'Hi', clientId, error: 'We cannot reach our storage right now.' }])
  expect(sends()).toEqual([])
  reloaded.resend(clientId as string)
  expect(FakeSocket.last.of('message.send')).toMatchObject([{ data: { text: 'Hi', client_id: clientId } }])
})

test('another try of a failed answer is asked for by its name, and nothing is posted', () => {
  const conversation = setup()
  greet()
  conversation.again('msg_2')
  expect(FakeSocket.last.of('message.retry')).toMatchObject([{ data: { message: 'msg_2' } }])
  expect(sends()).toEqual([])
  expect(conversation.snapshot).toMatchObject({ retry: { message: 'msg_2' }, outbox: [] })
})

test.each([
  ['answering', 'Another answer is being written.', 'Another answer is being written.'],
  ['not_with_bot', 'A person has your question now.', 'A person has your question now.'],
  ['unavailable', 'We cannot reach our storage right now.', 'We cannot reach our storage right now.'],
  ['not_found', 'There is nothing here by that name.', 'Please ask again.'],
])('a try that is refused as %s says why', (code, message, error) => {
  const conversation = setup()
  greet()
  conversation.again('msg_2')
  const { id: ref } = FakeSocket.last.of('message.retry')[0]!
  FakeSocket.last.say({ ref: 'x', type: 'error', data: { code: 'other', message: 'Another.' } })
  expect(conversation.snapshot.retry?.error).toBeUndefined()
  FakeSocket.last.say({ ref, type: 'error', data: { code, message, retry_after: 2 } })
  expect(conversation.snapshot.retry).toMatchObject({ message: 'msg_2', error, retryAt: Date.now() + 2000 })
})

test('a try whose connection fell may be asked for again', () => {
  const conversation = setup()
  greet()
  conversation.again('msg_2')
  cut()
  conversation.again('msg_2') // nobody hears it
  greet()
  expect(conversation.snapshot.retry).toBeUndefined()
  expect(FakeSocket.last.of('message.retry')).toEqual([])
})

test('a gap in the log is healed by resuming', () => {
  setup()
  greet()
  FakeSocket.last.say(created(1, 'x'))
  FakeSocket.last.say(started(3))
  vi.advanceTimersByTime(1000)
  expect(FakeSocket.all).toHaveLength(2)
  FakeSocket.last.accept()
  expect(opened()).toMatchObject({ after: 1 })
})

test('a token that is no good any more is forgotten', () => {
  setup()
  greet()
  setup()
  FakeSocket.last.accept()
  FakeSocket.last.say({ ref: '1', type: 'error', data: { code: 'token_invalid', message: 'No.' } })
  vi.advanceTimersByTime(1000)
  FakeSocket.last.accept()
  expect(opened().token).toBeUndefined()
})

test('a new conversation is asked for with the old token', () => {
  const conversation = setup()
  greet()
  FakeSocket.last.say(created(1, 'x'))
  conversation.startNew()
  vi.advanceTimersByTime(1000)
  greet({ conversation: 'cnv_2', token: 'u' })
  expect(opened()).toMatchObject({ token: 't', conversation: 'new' })
  expect(opened().after).toBeUndefined()
  expect(conversation.snapshot).toMatchObject({ items: [], conversation: 'cnv_2', unread: 0 })
})

test('what was said while the visitor did not look is unread until they do', () => {
  const conversation = setup()
  greet()
  FakeSocket.last.say({ seq: 1, type: 'message.created', data: { message: 'msg_1', author: { kind: 'agent', name: 'Ada' }, text: 'Hello' } })
  expect(conversation.snapshot.unread).toBe(1)
  conversation.look(true)
  expect(conversation.snapshot.unread).toBe(0)
  expect(FakeSocket.last.of('read')).toMatchObject([{ data: { seq: 1 } }])
})

test('a short gap in the connection is not worth a banner, a longer one is', () => {
  const conversation = setup()
  greet()
  FakeSocket.last.end()
  expect(conversation.snapshot.lost).toBe(false)
  vi.advanceTimersByTime(2000)
  expect(conversation.snapshot.lost).toBe(true)
  greet()
  expect(conversation.snapshot.lost).toBe(false)
})

test('where the browser refuses storage the chat goes on', () => {
  const blocked = {
    getItem: () => {
      throw new Error('blocked')
    },
    setItem: () => {
      throw new Error('blocked')
    },
  }
  vi.stubGlobal('localStorage', blocked)
  vi.stubGlobal('sessionStorage', blocked)
  const conversation = setup()
  greet()
  conversation.post('Hi')
  expect(sends()).toHaveLength(1)
})

test('when the server closes for good, the owner is told why', () => {
  const conversation = setup()
  FakeSocket.last.accept()
  FakeSocket.last.end(4501)
  expect(conversation.snapshot.condition).toBe('stopped')
  expect(explain).toHaveBeenLastCalledWith(4501)
})

test('chats that rest keep what was not sent, go on by themselves, and tell the owner once', () => {
  explain.mockClear()
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const conversation = setup()
  greet()
  conversation.post('Hi')
  const sent = sends()
  FakeSocket.last.end(4503)
  expect(conversation.snapshot).toMatchObject({ condition: 'stopped', outbox: [{ text: 'Hi' }], lost: false })
  for (let i = 0; i < 3; i++) {
    vi.advanceTimersByTime(300_000)
    FakeSocket.last.accept()
    FakeSocket.last.say({ type: 'error', data: { code: 'chat_unavailable', message: 'The chat is not available right now.' } })
    FakeSocket.last.end(4503)
  }
  expect(explain.mock.calls).toEqual([[4503]])
  conversation.about({ fields: { plan: 'max' } }) // is told when they go on
  vi.advanceTimersByTime(60_000)
  expect(FakeSocket.all).toHaveLength(4)
  conversation.look(true)
  vi.advanceTimersByTime(0)
  expect(conversation.snapshot.condition).toBe('stopped')
  greet()
  expect(opened()).toMatchObject({ token: 't', fields: { plan: 'max' } })
  expect(sends()).toEqual(sent)
  expect(conversation.snapshot.condition).toBe('open')
  vi.restoreAllMocks()
})

test('what the visitor must agree to is asked until they have', () => {
  const conversation = setup()
  expect(mustAgree(conversation.snapshot)).toBe(false)
  greet({ bot: { consent: { text: 'We keep it.', text_hash: 'h', required: true, given: false } } })
  expect(mustAgree(conversation.snapshot)).toBe(true)
  const ends: unknown[] = []
  conversation.agree((failure) => ends.push(failure?.code))
  expect(mustAgree(conversation.snapshot)).toBe(true)
  const [given] = FakeSocket.last.of('consent.give')
  expect(given!.data).toEqual({ text_hash: 'h' })
  FakeSocket.last.say({ ref: given!.id, type: 'ack', data: {} })
  expect(mustAgree(conversation.snapshot)).toBe(false)
  expect(ends).toEqual([undefined])
})

test.each([[true, false], [false, true]])('what is not required (%s) or was given (%s) closes nothing', (given, optional) => {
  const conversation = setup()
  greet({ bot: { consent: { text: 'We keep it.', text_hash: 'h', required: !optional, given } } })
  expect(mustAgree(conversation.snapshot)).toBe(false)
})

test.each([
  ['consent_required', 'message.send', (conversation: Conversation) => conversation.post('Hi')],
  ['consent_outdated', 'consent.give', (conversation: Conversation) => conversation.agree(() => {})],
] as const)('terms that the owner changed meanwhile are fetched when %s says so, once', (code, type, act) => {
  const consent = { text: 'Old.', text_hash: 'old', required: true, given: code === 'consent_required' }
  const conversation = setup()
  greet({ bot: { consent } })
  act(conversation)
  FakeSocket.last.say({ ref: FakeSocket.last.of(type)[0]!.id, type: 'error', data: { code, message: 'Please agree first.' } })
  vi.advanceTimersByTime(1000)
  greet({ bot: { consent: { ...consent, text_hash: 'new', given: false } } })
  vi.advanceTimersByTime(1000)
  expect(FakeSocket.all).toHaveLength(2)
  expect(mustAgree(conversation.snapshot)).toBe(true)
  expect(conversation.snapshot.bot.consent!.text_hash).toBe('new')
  expect(conversation.snapshot.outbox.map(({ error }) => error)).toEqual(code === 'consent_required' ? ['Please agree first.'] : [])
})

test('the console tells the owner what to do', () => {
  const warn = vi.spyOn(console, 'error').mockImplementation(() => {})
  const line = vi.fn(() => ({ dataset: { bot: 'bot_1' } }))
  vi.stubGlobal('document', { querySelector: line })
  ownersWords(4501)
  expect(warn.mock.calls[0]![0]).toMatch(/ on https:\/\/shop\.example\. .* https:\/\/shop\.example\/bots\/bot_1\/install/)
  line.mockReturnValue(null as never)
  ownersWords(4599)
  expect(warn.mock.calls[1]![0]).toMatch(/data-identity.*https:\/\/shop\.example\//)
  warn.mockRestore()
})

test.each([
  ['says so at the next message', () => FakeSocket.last.say({ ref: sendRef(), type: 'error', data: { code: 'blocked', message: 'No.' } })],
  ['closes for that', () => FakeSocket.last.end(4505)],
])('who is blocked is told, and the owner is not, when the server %s', (_, block) => {
  explain.mockClear()
  const conversation = setup()
  greet()
  conversation.post('Hi')
  block()
  expect(conversation.snapshot).toMatchObject({ blocked: true, outbox: [{ text: 'Hi' }] })
  expect(explain).not.toHaveBeenCalled()
})

test('who is blocked when the session opens is not tried again', () => {
  const conversation = setup()
  FakeSocket.last.accept()
  FakeSocket.last.say({ ref: '1', type: 'error', data: { code: 'blocked', message: 'No.' } })
  expect(conversation.snapshot).toMatchObject({ blocked: true, condition: 'stopped' })
  vi.advanceTimersByTime(60_000)
  expect(FakeSocket.all).toHaveLength(1)
})

test('a request is told its end: an ack, a refusal, or that nobody heard of it', () => {
  const conversation = setup()
  const ends: unknown[] = []
  const ask = () => conversation.request('transcript.request', {}, (failure) => ends.push(failure?.code))
  ask()
  greet()
  ask()
  const [first] = FakeSocket.last.of('transcript.request')
  FakeSocket.last.say({ ref: first!.id, type: 'ack', data: {} })
  ask()
  FakeSocket.last.say({ ref: FakeSocket.last.of('transcript.request')[1]!.id, type: 'error', data: { code: 'email_required', message: 'Which?' } })
  ask()
  cut()
  expect(ends).toEqual(['', undefined, 'email_required', ''])
})

test('what is typed is told to people alone, at intervals, and the last of it too', () => {
  const conversation = setup()
  greet({ status: 'agent', bot: { preview: true } })
  for (const draft of ['H', 'He', 'Hel']) conversation.write(draft)
  expect(FakeSocket.last.of('typing').map(({ data }) => data.text)).toEqual(['H'])
  vi.advanceTimersByTime(2000)
  expect(FakeSocket.last.of('typing').map(({ data }) => data.text)).toEqual(['H', 'Hel'])
  vi.advanceTimersByTime(2000)
  conversation.write('x'.repeat(5000))
  expect((FakeSocket.last.of('typing')[2]!.data.text as string).length).toBe(1000)
  conversation.write('more')
  conversation.post('more')
  vi.advanceTimersByTime(5000)
  expect(FakeSocket.last.of('typing')).toHaveLength(3)
})

test('without the owner’s wish nobody sees what is typed, and the bot hears nothing of it', () => {
  const conversation = setup()
  greet()
  conversation.write('H')
  expect(FakeSocket.last.of('typing')).toEqual([])
  FakeSocket.last.say({ seq: 1, type: 'status.changed', data: { status: 'waiting' } })
  conversation.write('H')
  expect(FakeSocket.last.of('typing').map(({ data }) => data)).toEqual([{}])
})

test('what the page says of its visitor opens the session, and opens it again when it changes', () => {
  const conversation = setup()
  conversation.about({ fields: { plan: 'pro', seats: 7, ['n'.repeat(99)]: 'v'.repeat(999), ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, i])) } })
  greet()
  const { fields } = opened() as { fields: Record<string, string> }
  expect(Object.keys(fields)).toHaveLength(20)
  expect(fields).toMatchObject({ plan: 'pro', seats: '7', ['n'.repeat(64)]: 'v'.repeat(256) })
  conversation.about({ fields: { plan: 'max' } })
  vi.advanceTimersByTime(1000)
  greet()
  expect(opened()).toMatchObject({ token: 't', after: 0, fields: { plan: 'max' } })
  conversation.about({ fields: { plan: 'max' } })
  vi.advanceTimersByTime(1000)
  expect(FakeSocket.all).toHaveLength(2)
})

test('who the visitor is opens the session, and opens it again when it is somebody else', () => {
  const conversation = setup()
  conversation.about({ fields: {}, identity: 'a.b.c' })
  greet({ token: 'mia' })
  expect(opened()).toMatchObject({ identity: 'a.b.c' })
  conversation.about({ fields: {}, identity: 'a.b.c' })
  vi.advanceTimersByTime(1000)
  expect(FakeSocket.all).toHaveLength(1)
  const claim = { id: '4711', expires: 7, signature: 'ab' }
  conversation.about({ fields: {}, identity: claim })
  vi.advanceTimersByTime(1000)
  greet({ token: 'bo', conversation: 'cnv_2', seq: 0 })
  expect(opened()).toMatchObject({ token: 'mia', identity: claim })
  conversation.about({ fields: {} })
  vi.advanceTimersByTime(1000)
  greet()
  expect(opened()).toMatchObject({ token: 'bo' })
  expect(opened()).not.toHaveProperty('identity')
})

test('a chat that does not know the visitor waits until the page says who they are', () => {
  const conversation = setup()
  FakeSocket.last.accept()
  FakeSocket.last.say({ ref: '1', type: 'error', data: { code: 'identity_required', message: 'Please sign in.' } })
  expect(conversation.snapshot.condition).toBe('stopped')
  expect(explain).toHaveBeenLastCalledWith(4599)
  vi.advanceTimersByTime(600_000)
  expect(FakeSocket.all).toHaveLength(1)
  conversation.about({ fields: {}, identity: 'a.b.c' })
  vi.advanceTimersByTime(1000)
  greet()
  expect(opened()).toMatchObject({ identity: 'a.b.c' })
  expect(conversation.snapshot.condition).toBe('open')
})

test('the token of a link is this tab’s alone, and gone from the address', () => {
  setup()
  greet({ token: 'browser' })
  const replaceState = vi.fn()
  vi.stubGlobal('history', { state: null, replaceState })
  vi.stubGlobal('location', { hash: '#v1.a.b-_c', pathname: '/chat/bot_1', search: '', href: 'https://chat.example/chat/bot_1' })
  follow('bot_1')
  expect(replaceState).toHaveBeenCalledWith(null, '', '/chat/bot_1')
  setup()
  greet({ token: 'v1.renewed' })
  expect(opened()).toMatchObject({ token: 'v1.a.b-_c' })
  expect(JSON.parse(localStorage.getItem('parley:bot_1')!)).toMatchObject({ token: 'browser' })
  setup() // the page is loaded again, without a fragment
  greet()
  expect(opened()).toMatchObject({ token: 'v1.renewed' })
})

test.each(['', '#', '#top', '#v2.x', '#v1.<b>'])('a fragment %j is no token', (hash) => {
  const replaceState = vi.fn()
  vi.stubGlobal('history', { state: null, replaceState })
  vi.stubGlobal('location', { hash, pathname: '/', search: '', href: '' })
  follow('bot_1')
  expect(replaceState).not.toHaveBeenCalled()
  expect(sessionStorage.getItem('parley:bot_1:link')).toBeNull()
})
