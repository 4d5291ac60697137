/**
 * One visitor's conversation: the state, the connection that feeds it, and
 * what is kept in the browser. Views read `snapshot` and give orders.
 */
import type { About, Guest } from './contract'
import { BLOCKED, type Condition, Socket } from './socket'
import { empty, gap, openAnswer, type Pending, reduce, type State, unread } from './state'
import { type BotInfo, bounded, type Failure, type Fields, type Order, type Orders, type ServerFrame } from './wire'
import * as words from './words'

/** Everything that the views need to draw. */
export interface Snapshot extends State {
  condition: Condition
  ready: boolean // the log is shown as far as it went when we connected
  lost: boolean // the connection is away for longer than a blink
  unread: number
  typing?: string // name of the person who is writing
  blocked: boolean // nothing that the visitor writes is accepted
  retry?: Retry
}

/** The last answer that the visitor asked to be tried again. */
export interface Retry {
  message: string
  error?: string // why it is not, said by the server
  retryAt?: number
}

/** A person's "is writing" lasts so long. */
const TYPING_LASTS = 6_000
/** We tell that the visitor writes, and what, so often at most. */
const TYPING_EVERY = 1_500
/** The longest beginning of a draft that is shown to people, in UTF-16 units. */
const PREVIEW = 1_000
/** A gap in the connection that is shorter is not worth a banner. */
const BLINK = 2_000

/** Hears how a request ended: with nothing, an ack, or why not. Without a code nobody heard of it. */
type Reply = (failure?: Failure, seq?: number) => void

const unheard: Failure = { code: '', message: '' }

/** When trying again may help, in milliseconds since the epoch. */
const due = ({ retry_after: after }: Failure): number | undefined => (after ? Date.now() + after * 1000 : undefined)

const randomId = () => crypto.getRandomValues(new Uint32Array(4)).join('-')

export class Conversation {
  #state: State
  #condition: Condition = 'connecting'
  #lost = false
  #fresh = false // the visitor asked for a new conversation
  #token?: string // this tab's: another tab may have begun another conversation
  #seen = false // the visitor looks at the messages
  #read: number
  #typist?: string
  #draft = ''
  #telling?: ReturnType<typeof setTimeout> // until it may be told again that the visitor writes
  readonly #asked = new Map<string, Reply>() // by frame id, of this connection
  #retry?: Retry
  #blocked = false
  #about: { fields?: Fields; identity?: unknown } = {} // what the page says of the visitor
  #said = '' // the same, as it was when the session was opened
  readonly #socket: Socket
  /** What the browser keeps of the conversation. */
  readonly kept
  readonly #tab
  #blink?: ReturnType<typeof setTimeout>
  #typing?: ReturnType<typeof setTimeout>

  readonly #bot: string
  readonly #changed: () => void
  readonly #explain: (code?: number) => void // to the owner of the page, why there is no connection

  constructor(
    { bot, server, kept, tab }: Pick<Guest, 'bot' | 'server' | 'kept' | 'tab'>,
    changed: () => void,
    explain: (code?: number) => void,
  ) {
    this.#bot = bot
    this.#changed = changed
    this.#explain = explain
    this.kept = kept
    this.#tab = tab
    const { token, read = 0, appearance } = kept.read()
    this.#token = token
    this.#read = read
    this.#state = { ...empty, bot: { appearance }, outbox: tab.read().outbox ?? [] }
    this.#socket = new Socket(`${server.replace(/^http/, 'ws')}/api/v1/socket`, {
      hello: () => this.#hello(),
      frame: (frame, ref) => this.#receive(frame, ref),
      condition: (condition, code) => this.#become(condition, code),
    })
    addEventListener('online', () => this.#socket.check())
    addEventListener('offline', () => this.#socket.check())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') {
        this.#socket.check()
        this.#markRead()
      }
    })
  }

  get snapshot(): Snapshot {
    const state = this.#state
    return {
      ...state,
      condition: this.#condition,
      ready: state.conversation !== '' && state.seq >= state.head,
      lost: this.#lost,
      unread: unread(state, this.#read),
      typing: this.#typist,
      blocked: this.#blocked,
      retry: this.#retry,
    }
  }

  connect(): void {
    this.#socket.connect()
  }

  /** Sends an order whose end matters: each is told how it ended. */
  request<T extends Order>(type: T, data: Orders[T], reply: Reply): void {
    const ref = this.#socket.send(type, data)
    if (ref) this.#asked.set(ref, reply)
    else reply(unheard)
  }

  /** Hears what the page says of its visitor. */
  about({ fields, identity }: About): void {
    this.#about = { fields: bounded(fields), identity }
    this.#refresh()
  }

  /** Tells whether the visitor looks at the messages: what is seen is read. */
  look(seen: boolean): void {
    this.#seen = seen
    if (seen) this.#socket.check()
    this.#markRead()
  }

  post(text: string): void {
    const pending: Pending = { clientId: randomId(), text }
    clearTimeout(this.#telling)
    this.#telling = undefined
    this.#outbox([...this.#state.outbox, pending])
    this.#transmit(pending)
  }

  /** Sends a message again that failed, under its own client id: the log has it once at most. */
  resend(clientId: string): void {
    const pending = this.#state.outbox.find((one) => one.clientId === clientId)
    if (!pending) return
    const again = { clientId, text: pending.text }
    this.#outbox(this.#state.outbox.map((one) => (one === pending ? again : one)))
    this.#transmit(again)
  }

  discard(clientId: string): void {
    this.#outbox(this.#state.outbox.filter((one) => one.clientId !== clientId))
  }

  stop(): void {
    const message = openAnswer(this.#state)?.id
    if (message) this.#socket.send('message.stop', { message })
  }

  /** Asks for another try of a failed answer: its question is not posted again. */
  again(message: string): void {
    const retry = { message }
    this.#retry = retry
    this.request('message.retry', retry, (failure) => {
      if (this.#retry !== retry || !failure) return
      const error = failure.code === 'not_found' ? words.tooOld : failure.message
      this.#retry = failure.code ? { ...retry, error, retryAt: due(failure) } : undefined // if it was heard, the log says so
      this.#changed()
    })
    this.#changed()
  }

  /** Sends an order whose end the log shows. */
  order(type: 'handoff.request' | 'handoff.cancel' | 'conversation.close'): void {
    this.#socket.send(type, {})
  }

  /** Agrees to what the business asks of the visitor. */
  agree(reply: Reply): void {
    this.request('consent.give', { text_hash: this.#state.bot.consent!.text_hash }, (failure) => {
      if (!failure) this.#state = { ...this.#state, bot: { ...this.#state.bot, consent: undefined } }
      reply(failure)
    })
  }

  rate(message: string, helpful: boolean, comment?: string): void {
    this.#socket.send('message.feedback', { message, helpful, comment })
  }

  /** Tells a person of the business, if one is there, that the visitor writes; and what, where the owner wants that. */
  write(draft: string): void {
    this.#draft = draft
    if (this.#state.status === 'bot' || this.#telling) return
    this.#socket.send('typing', this.#state.bot.preview ? { text: draft.slice(0, PREVIEW) } : {})
    this.#telling = setTimeout(() => {
      this.#telling = undefined
      if (this.#draft !== draft) this.write(this.#draft)
    }, TYPING_EVERY)
  }

  startNew(): void {
    this.#fresh = true
    this.#socket.restart()
  }

  #hello(): Orders['session.open'] {
    const token = this.#token
    this.#said = JSON.stringify(this.#about)
    return {
      bot: this.#bot,
      token,
      after: token && !this.#fresh ? this.#state.seq : undefined,
      conversation: token && this.#fresh ? 'new' : undefined,
      page: location.href.split('#')[0],
      locale: navigator.language,
      ...this.#about,
    }
  }

  #receive(frame: ServerFrame, ref?: string): void {
    if (frame.type === 'error') return this.#refused(frame.data, ref)
    if (gap(this.#state, frame)) return this.#socket.restart() // resume fetches what is missing
    if (frame.type === 'typing') this.#somebodyTypes(frame.data.author?.name)
    const before = this.#state
    this.#state = reduce(before, frame)
    if (frame.type === 'session.ready') this.#greeted(frame.data.token)
    else if (frame.type === 'ack') this.#ended(ref, undefined, frame.data.seq)
    if (this.#state.outbox !== before.outbox) this.#tab.write({ outbox: this.#state.outbox })
    if (frame.type === 'status.changed' || (frame.type === 'message.created' && frame.data.author?.kind === 'agent')) this.#somebodyTypes()
    this.#markRead()
    this.#changed()
  }

  #greeted(token: string): void {
    if (token !== this.#token) this.#read = 0 // another conversation
    this.#fresh = this.#blocked = false
    this.#token = token
    this.kept.write({ token, read: this.#read, appearance: this.#state.bot.appearance })
  }

  #ended(ref?: string, failure?: Failure, seq?: number): boolean {
    const reply = ref && this.#asked.get(ref)
    if (!reply) return false
    this.#asked.delete(ref)
    reply(failure, seq)
    return true
  }

  #refused(failure: Failure, ref?: string): void {
    if (failure.code === 'blocked') {
      this.#blocked = true
      this.#changed()
    }
    const heard = this.#ended(ref, failure)
    if (failure.code?.startsWith('consent')) return this.#socket.restart() // to terms that we do not know: session.ready tells them
    if (heard || failure.code !== 'token_invalid') return
    // It is no good any more (erased, or of another installation): the next attempt begins anew.
    this.#token = undefined
    this.kept.write({ token: undefined, read: 0 })
    this.#state = { ...empty, bot: this.#state.bot, outbox: this.#state.outbox }
  }

  #transmit({ clientId, text }: Pending): void {
    if (this.#condition !== 'open') return // it goes out when we are greeted
    this.request('message.send', { client_id: clientId, text }, (failure, seq) => {
      // An ack for an event that we hold already is for a repeated send; else the event itself is near.
      if (seq && seq <= this.#state.seq) this.discard(clientId)
      if (!failure?.code) return
      const error = { error: failure.message, retryAt: due(failure) }
      this.#outbox(this.#state.outbox.map((one) => (one.clientId === clientId ? { ...one, ...error } : one)))
    })
  }

  /** What the page says of its visitor is told in session.open: that is repeated when it is something else. */
  #refresh(): void {
    if (this.#condition !== 'connecting' && JSON.stringify(this.#about) !== this.#said) this.#socket.restart()
  }

  #outbox(outbox: Pending[]): void {
    this.#state = { ...this.#state, outbox }
    this.#tab.write({ outbox })
    this.#changed()
  }

  #markRead(): void {
    const { seq } = this.#state
    if (!this.#seen || document.visibilityState !== 'visible' || seq <= this.#read) return
    this.#read = seq
    this.kept.write({ read: seq })
    this.#socket.send('read', { seq })
    this.#changed()
  }

  #somebodyTypes(name?: string): void {
    clearTimeout(this.#typing)
    this.#typist = name
    if (!name) return
    this.#typing = setTimeout(() => {
      this.#typist = undefined
      this.#changed()
    }, TYPING_LASTS)
  }

  #become(condition: Condition, code?: number): void {
    this.#condition = condition
    if (code === BLOCKED) this.#blocked = true
    else if (condition === 'stopped' || (condition === 'waiting' && !this.#state.conversation)) this.#explain(code)
    const asked = [...this.#asked.values()]
    this.#asked.clear()
    for (const reply of asked) reply(unheard)
    if (condition === 'open') {
      // What was not acknowledged goes out again, in order; what was refused waits for the visitor.
      for (const pending of this.#state.outbox) if (!pending.error) this.#transmit(pending)
      this.#refresh()
    }
    if (condition === 'open' || condition === 'stopped') {
      clearTimeout(this.#blink)
      this.#blink = undefined
      this.#lost = false
    } else if (this.#state.conversation !== '' || condition === 'waiting') {
      this.#blink ??= setTimeout(() => {
        this.#lost = true
        this.#changed()
      }, BLINK)
    }
    this.#changed()
  }
}

export const titleOf = (bot: BotInfo): string => bot.appearance?.title || bot.name || words.chat
