/**
 * One visitor's conversation: the state, the connection that feeds it, and
 * what is kept in the browser. Views read `snapshot` and give orders.
 */
import { explain } from './owner'
import { type Condition, Socket } from './socket'
import { empty, gap, openAnswer, type Pending, reduce, type State, unread } from './state'
import { kept, tab } from './storage'
import type { BotInfo, Orders, ServerFrame } from './wire'
import * as words from './words'

/** Everything that the views need to draw. */
export interface Snapshot extends State {
  condition: Condition
  ready: boolean // the log is shown as far as it went when we connected
  lost: boolean // the connection is away for longer than a blink
  unread: number
  typing?: string // name of the person who is writing
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
/** We tell that the visitor writes so often at most. */
const TYPING_EVERY = 3_000
/** A gap in the connection that is shorter is not worth a banner. */
const BLINK = 1_500

const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')

export class Conversation {
  private state: State
  private condition: Condition = 'connecting'
  private lost = false
  private fresh = false // the visitor asked for a new conversation
  private token?: string // this tab's: another tab may have begun another conversation
  private seen = false // the visitor looks at the messages
  private read: number
  private typist?: string
  private told = 0
  private readonly sent = new Map<string, string>() // frame id → client id, of this connection
  private retry?: Retry & { ref: string }
  private readonly socket: Socket
  private readonly kept
  private readonly tab
  private blink?: ReturnType<typeof setTimeout>
  private typing?: ReturnType<typeof setTimeout>

  constructor(
    private readonly bot: string,
    server: string,
    private readonly changed: () => void,
  ) {
    this.kept = kept(bot)
    this.tab = tab(bot)
    const { token, read = 0, appearance } = this.kept.read()
    this.token = token
    this.read = read
    this.state = { ...empty, bot: { appearance }, outbox: this.tab.read().outbox ?? [] }
    this.socket = new Socket(`${server.replace(/^http/, 'ws')}/api/v1/socket`, {
      hello: () => this.hello(),
      frame: (frame, ref) => this.receive(frame, ref),
      condition: (condition, code) => this.become(condition, code),
    })
    addEventListener('online', () => this.socket.check())
    addEventListener('offline', () => this.socket.check())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') {
        this.socket.check()
        this.markRead()
      }
    })
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      if (effectiveDirective === 'connect-src' && blockedURI.startsWith(server.replace(/^http/, 'ws'))) explain()
    })
  }

  get snapshot(): Snapshot {
    const { state } = this
    return {
      ...state,
      condition: this.condition,
      ready: state.conversation !== '' && state.seq >= state.head,
      lost: this.lost,
      unread: unread(state, this.read),
      typing: this.typist,
      retry: this.retry,
    }
  }

  connect(): void {
    this.socket.connect()
  }

  /** Tells whether the visitor looks at the messages: what is seen is read. */
  look(seen: boolean): void {
    this.seen = seen
    this.markRead()
  }

  post(text: string): void {
    const pending: Pending = { clientId: randomId(), text }
    this.outbox([...this.state.outbox, pending])
    this.transmit(pending)
  }

  /** Sends a message again that failed, under its own client id: the log has it once at most. */
  resend(clientId: string): void {
    const pending = this.state.outbox.find((one) => one.clientId === clientId)
    if (!pending) return
    const again = { clientId, text: pending.text }
    this.outbox(this.state.outbox.map((one) => (one === pending ? again : one)))
    this.transmit(again)
  }

  discard(clientId: string): void {
    this.outbox(this.state.outbox.filter((one) => one.clientId !== clientId))
  }

  stop(): void {
    const message = openAnswer(this.state)?.id
    if (message) this.socket.send('message.stop', { message })
  }

  /** Asks for another try of a failed answer: its question is not posted again. */
  again(message: string): void {
    const ref = this.socket.send('message.retry', { message })
    if (!ref) return
    this.retry = { message, ref }
    this.changed()
  }

  requestPerson(): void {
    this.socket.send('handoff.request', {})
  }

  rate(message: string, helpful: boolean, comment?: string): void {
    this.socket.send('message.feedback', { message, helpful, comment })
  }

  /** Tells a person of the business, if one is there, that the visitor writes. */
  write(): void {
    if (this.state.status === 'bot' || Date.now() - this.told < TYPING_EVERY) return
    this.told = Date.now()
    this.socket.send('typing', {})
  }

  startNew(): void {
    this.fresh = true
    this.socket.restart()
  }

  private hello(): Orders['session.open'] {
    const { token } = this
    return {
      bot: this.bot,
      token,
      after: token && !this.fresh ? this.state.seq : undefined,
      conversation: token && this.fresh ? 'new' : undefined,
      page: location.href.split('#')[0],
      locale: navigator.language,
    }
  }

  private receive(frame: ServerFrame, ref?: string): void {
    if (frame.type === 'error') return this.refused(frame.data, ref)
    if (gap(this.state, frame)) return this.socket.restart() // resume fetches what is missing
    if (frame.type === 'typing') this.somebodyTypes(frame.data.author?.name)
    const before = this.state
    this.state = reduce(before, frame)
    if (frame.type === 'session.ready') this.greeted(frame.data.token)
    else if (frame.type === 'ack') this.acknowledged(frame.data.seq, ref)
    if (this.state.outbox !== before.outbox) this.tab.write({ outbox: this.state.outbox })
    if (frame.type === 'status.changed' || (frame.type === 'message.created' && frame.data.author?.kind === 'agent')) this.somebodyTypes()
    this.markRead()
    this.changed()
  }

  private greeted(token: string): void {
    if (this.fresh || !this.token) this.read = 0
    this.fresh = false
    this.token = token
    this.kept.write({ token, read: this.read, appearance: this.state.bot.appearance })
  }

  private acknowledged(seq: number | undefined, ref?: string): void {
    const clientId = ref && this.sent.get(ref)
    // An ack for an event that we hold already is for a repeated send; else the event itself is near.
    if (clientId && seq && seq <= this.state.seq) this.discard(clientId)
  }

  private refused({ code, message, retry_after: after }: { code: string; message: string; retry_after?: number }, ref?: string): void {
    const clientId = ref && this.sent.get(ref)
    const retryAt = after ? Date.now() + after * 1000 : undefined
    if (this.retry && this.retry.ref === ref) {
      this.retry = { ...this.retry, error: code === 'not_found' ? words.tooOld : message, retryAt }
      this.changed()
    } else if (clientId) {
      this.outbox(this.state.outbox.map((one) => (one.clientId === clientId ? { ...one, error: message, retryAt } : one)))
    } else if (code === 'token_invalid') {
      // It is no good any more (erased, or of another installation): the next attempt begins anew.
      this.token = undefined
      this.kept.write({ token: undefined, read: 0 })
      this.state = { ...empty, bot: this.state.bot, outbox: this.state.outbox }
    }
  }

  private transmit({ clientId, text }: Pending): void {
    if (this.condition !== 'open') return // it goes out when we are greeted
    const id = this.socket.send('message.send', { client_id: clientId, text })
    if (id) this.sent.set(id, clientId)
  }

  private outbox(outbox: Pending[]): void {
    this.state = { ...this.state, outbox }
    this.tab.write({ outbox })
    this.changed()
  }

  private markRead(): void {
    const { seq } = this.state
    if (!this.seen || document.visibilityState !== 'visible' || seq <= this.read) return
    this.read = seq
    this.kept.write({ read: seq })
    this.socket.send('read', { seq })
    this.changed()
  }

  private somebodyTypes(name?: string): void {
    clearTimeout(this.typing)
    this.typist = name
    if (!name) return
    this.typing = setTimeout(() => {
      this.typist = undefined
      this.changed()
    }, TYPING_LASTS)
  }

  private become(condition: Condition, code?: number): void {
    this.condition = condition
    if (condition === 'stopped') explain(code)
    if (condition === 'open') {
      this.sent.clear()
      this.retry = undefined // if it was heard, the log says so
      // What was not acknowledged goes out again, in order; what was refused waits for the visitor.
      for (const pending of this.state.outbox) if (!pending.error) this.transmit(pending)
    }
    if (condition === 'open' || condition === 'stopped') {
      clearTimeout(this.blink)
      this.blink = undefined
      this.lost = false
    } else if (this.state.conversation !== '' || condition === 'waiting') {
      this.blink ??= setTimeout(() => {
        this.lost = true
        this.changed()
      }, BLINK)
    }
    this.changed()
  }
}

export const titleOf = (bot: BotInfo): string => bot.appearance?.title || bot.name || words.chat
