/**
 * The connection: it opens, falls, and comes back by itself. It knows nothing
 * of conversations but that each connection begins with `session.open`.
 */
import { backoff } from './backoff'
import { decode, encode, type Order, type Orders, type PassingFrame, type ServerFrame } from './wire'

/** We ping after this silence; both sides do. */
export const SILENCE = 25_000
/** A server that answers nothing for so long after we sent something is gone. */
export const PATIENCE = 10_000

/** Whether chats still rest is asked after this time, or up to twice that: at random, so that not all visitors are back in the same instant. */
export const REST = 300_000
/** However often somebody looks, it is asked once in this time at most. */
export const SOON = 20_000

/** Where the connection stands. `open` means that the server greeted us, `stopped` that it will not: for good, or while chats rest. */
export type Condition = 'connecting' | 'open' | 'waiting' | 'stopped'

export interface Line {
  /** What to open the session with, asked at each connection. */
  hello(): Orders['session.open']
  frame(frame: ServerFrame, ref?: string): void
  condition(condition: Condition, code?: number): void
}

/** The close code that says: the chats of this business rest. They may go on in a minute or in a month. */
const RESTING = 4503
/** The close code that says: nothing that this visitor writes is accepted. */
export const BLOCKED = 4505
/** No close code, but in its place where the server does not know the visitor, or not as who they are said to be. */
export const UNKNOWN = 4599

/** Close codes from 4500 on mean that trying again cannot help, but for RESTING, where it may later. */
export const final = (code: number): boolean => code >= 4500 && code <= 4999

/** Orders that need no answer. A living server answers all others at once, whatever it thinks of them. */
const quiet = new Set<Order>(['pong', 'typing', 'read'])

export class Socket {
  #ws?: WebSocket
  #condition: Condition = 'waiting'
  #attempt = 0
  #base?: number // of the waits, where the server said it
  #ids = 0
  #opening?: string // id of this connection's session.open
  #rests?: number // while chats rest: when we last heard, or heard nothing, of it
  #retry?: ReturnType<typeof setTimeout>
  #silence?: ReturnType<typeof setTimeout>
  #deadline?: ReturnType<typeof setTimeout>

  readonly #url: string
  readonly #line: Line

  constructor(
    url: string,
    line: Line,
  ) {
    this.#url = url
    this.#line = line
  }

  /** Connects, or hurries up where a retry was due later. Whether chats still rest is asked without a word: nothing has changed yet. */
  connect(): void {
    if (this.#ws || (this.#condition === 'stopped' && !this.#rests)) return
    clearTimeout(this.#retry)
    if (!this.#rests) this.#become('connecting')
    let ws: WebSocket
    try {
      ws = new WebSocket(this.#url, 'parley.v1')
    } catch {
      // A page's policy may forbid the connection; the policy does not change while the page lives.
      this.#become('stopped', 0)
      return
    }
    this.#ws = ws
    this.#expect()
    ws.onopen = () => {
      this.#opening = this.send('session.open', this.#line.hello())
    }
    ws.onmessage = ({ data }) => this.#receive(data)
    ws.onclose = ({ code }) => this.#fallen(code)
  }

  /** Sends a frame and returns its id, or undefined where there is no connection: the caller repeats. */
  send<T extends Order>(type: T, data: Orders[T]): string | undefined {
    if (this.#ws?.readyState !== 1) return
    const id = String(++this.#ids)
    this.#ws.send(encode(type, data, quiet.has(type) ? undefined : id))
    this.#listen()
    if (!quiet.has(type)) this.#expect()
    return id
  }

  /** Asks whether the other side is still there: after sleep, when the network came back, or when somebody looks. */
  check(): void {
    if (this.#condition === 'waiting') this.connect()
    else if (this.#condition === 'open') this.send('ping', {})
    else if (this.#rests) this.#connectIn(this.#rests + SOON - Date.now())
  }

  /** Drops the connection and makes another one, at once the first time. While chats rest there is none to drop. */
  restart(): void {
    if (this.#rests) return
    this.#drop()
    this.#later(0)
  }

  #receive(raw: unknown): void {
    clearTimeout(this.#deadline)
    this.#deadline = undefined
    this.#listen()
    const frame = decode(raw)
    if (!frame) return
    if (frame.type === 'ping') return void this.send('pong', {})
    // The server is going away, and tells all its visitors: they come back spread over this.
    if (frame.type === 'draining') this.#base = frame.data.within * 1000
    if (frame.type === 'session.ready') {
      this.#attempt = 0
      this.#base = this.#rests = undefined
      this.#line.frame(frame)
      this.#become('open')
      return
    }
    const { ref } = frame as PassingFrame // events have none
    this.#line.frame(frame, ref)
    // The session was not opened, but may be later.
    if (frame.type !== 'error' || !ref || ref !== this.#opening) return
    const { code, retry_after } = frame.data
    this.#rests = undefined
    this.#fallen({ blocked: BLOCKED, identity_invalid: UNKNOWN, identity_required: UNKNOWN }[code] ?? 1006, retry_after)
  }

  /** Pings when nothing passed for a while. */
  #listen(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.send('ping', {}), SILENCE)
  }

  /** Takes the connection for dead unless something comes. */
  #expect(): void {
    this.#deadline ??= setTimeout(() => this.#fallen(1006), PATIENCE)
  }

  #fallen(code: number, after?: number): void {
    this.#drop()
    const rested = this.#rests
    this.#rests = code === RESTING || (rested && !final(code)) ? Date.now() : undefined
    if (this.#rests) this.#connectIn(REST * (1 + Math.random()))
    if (rested && this.#rests) return // nothing has changed
    if (final(code)) this.#become('stopped', code)
    else this.#later(code, after)
  }

  /** Tries again after a while, which is `after` seconds at least. */
  #later(code: number, after = 0): void {
    const wait = after * 1000 + backoff(this.#attempt++, this.#base)
    this.#become('waiting', code)
    this.#connectIn(wait)
  }

  #connectIn(wait: number): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.connect(), wait)
  }

  #drop(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#deadline)
    this.#deadline = undefined
    const ws = this.#ws
    this.#ws = undefined
    if (!ws) return
    ws.onopen = ws.onmessage = ws.onclose = null
    ws.close()
  }

  #become(condition: Condition, code?: number): void {
    this.#condition = condition
    this.#line.condition(condition, code)
  }
}
