/** A visitor without a page: a socket that says what a test needs. */
import { WebSocket } from 'ws'
import { until } from './browser.mjs'

export class Guest {
  frames = []
  refs = 0

  /** Comes to a bot, as a page of that origin would. */
  static async come({ parley, bot, origin, ...data }) {
    const guest = new Guest()
    guest.socket = new WebSocket(`ws://${parley.address}/api/v1/socket`, 'parley.v1', { headers: { Origin: origin } })
    guest.socket.on('message', (raw) => guest.hear(JSON.parse(String(raw))))
    guest.socket.on('error', (error) => guest.frames.push({ type: 'error', error }))
    await until('the socket opens', () => guest.socket.readyState === WebSocket.OPEN)
    const { data: ready } = await guest.ask('session.open', { bot, ...data })
    guest.conversation = ready.conversation
    return guest
  }

  hear(frame) {
    if (frame.type === 'ping') this.socket.send('{"type":"pong"}')
    else this.frames.push(frame)
  }

  /** Says something and returns its answer. */
  async ask(type, data = {}) {
    const id = String(++this.refs)
    this.socket.send(JSON.stringify({ id, type, data }))
    const answer = await until(`an answer to ${type}`, () => this.frames.find(({ ref }) => ref === id))
    if (answer.type === 'error') throw new Error(`${type}: ${JSON.stringify(answer.data)}`)
    return answer
  }

  send = (text) => this.ask('message.send', { client_id: `guest-${++this.refs}`, text })

  /** Waits for an event. */
  heard = (type, fits = () => true) => until(type, () => this.frames.find((frame) => frame.type === type && fits(frame.data)))

  leave() {
    this.socket.close()
  }
}
