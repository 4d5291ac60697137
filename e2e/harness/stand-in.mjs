/**
 * A server that speaks parley.v1 and says what a test tells it to: for the
 * states of the widget that the real one reaches rarely or slowly. What it
 * serves is the widget as it was built.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import { root } from './files.mjs'

const kinds = { js: 'text/javascript', css: 'text/css', html: 'text/html; charset=utf-8' }

export class StandIn {
  log = []
  deltas = {} // text so far of open answers
  sockets = new Set()
  frames = [] // all that clients sent
  status = 'bot'
  more = {} // what session.ready tells besides
  greeting = { name: 'Fernway', greeting: 'Hello! Ask me about our bicycles, delivery or returns.', suggestions: ['How long can I return a bicycle?', 'Do you deliver to islands?'] }
  /** What to do with a message, beyond keeping it. */
  onMessage = () => {}
  /** Answers a frame instead of us: return true. */
  intercept = () => false

  static async start() {
    const standIn = new StandIn()
    standIn.server = createServer((request, response) => standIn.serve(request, response))
    standIn.endpoint = new WebSocketServer({ server: standIn.server, path: '/api/v1/socket', handleProtocols: () => 'parley.v1' })
    standIn.endpoint.on('connection', (socket) => standIn.attach(socket))
    await new Promise((resolve) => standIn.server.listen(0, '127.0.0.1', resolve))
    standIn.origin = `http://127.0.0.1:${standIn.server.address().port}`
    standIn.snippet = `<script src="${standIn.origin}/widget.js" data-bot="bot_1" async></script>`
    return standIn
  }

  async stop() {
    this.cut()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** Ends all connections, as a network would. */
  cut(code) {
    for (const socket of this.sockets) code ? socket.close(code) : socket.terminate()
  }

  /** Appends an event and tells everyone. */
  event(type, data) {
    const event = { seq: this.log.length + 1, at: '2026-11-22T09:30:00.000Z', type, data }
    this.log.push(event)
    this.tell(event)
    return event
  }

  tell(frame) {
    for (const socket of this.sockets) socket.send(JSON.stringify(frame))
  }

  /** Begins an answer, to the last question or to another, and returns how to go on with it. */
  answer(question = this.log.findLast((event) => event.data.author?.kind === 'visitor')?.data.message) {
    const message = `msg_${this.log.length + 1}`
    this.event('message.started', { message, author: { kind: 'bot', name: this.greeting.name }, question, attempt: 1 })
    this.deltas[message] = ''
    return {
      write: (text) => {
        const index = Buffer.byteLength(this.deltas[message])
        this.deltas[message] += text
        this.tell({ type: 'message.delta', data: { message, index, text } })
      },
      end: (more = {}) => this.end('message.completed', message, { citations: [], ...more }),
      interrupt: (reason) => this.end('message.interrupted', message, { reason }),
    }
  }

  end(type, message, more) {
    const text = more.reason === 'node_lost' ? '' : this.deltas[message]
    delete this.deltas[message]
    this.event(type, { message, text, ...more })
  }

  setStatus(status, more = {}) {
    this.status = status
    this.event('status.changed', { status, ...more })
  }

  async serve(request, response) {
    const path = new URL(request.url, this.origin).pathname
    try {
      const page = path.startsWith('/chat/') && `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Fernway</title>${this.snippet.replace('async', 'data-page="chat" async')}</html>`
      const file = page || (await readFile(join(root, 'widget/dist', path === '/demo' ? 'demo.html' : path)))
      const kind = kinds[path.split('.').pop()] ?? kinds.html
      response.writeHead(200, { 'Content-Type': kind, 'Content-Security-Policy': "default-src 'self'; img-src 'self' data:" }).end(file)
    } catch {
      response.writeHead(404).end()
    }
  }

  attach(socket) {
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('message', (raw) => {
      const { id: ref, type, data = {} } = JSON.parse(String(raw))
      this.frames.push({ type, data })
      const say = (frame) => socket.send(JSON.stringify(frame))
      if (this.intercept({ ref, type, data, say, socket })) return
      const done = (event, told) => {
        say({ ref, type: 'ack', data: {} })
        this.event(event, told)
      }
      if (type === 'session.open') this.open(socket, ref, data, say)
      else if (type === 'message.send') this.keep(ref, data, say)
      else if (type === 'ping') say({ type: 'pong' })
      else if (type === 'message.stop') this.end('message.interrupted', data.message, { reason: 'stopped' })
      else if (type === 'message.retry') say({ ref, type: 'ack', data: {} })
      else if (type === 'consent.give') this.agreed(ref, data, say)
      else if (type === 'message.feedback') this.event('feedback.given', data)
      else if (type === 'handoff.request') this.setStatus('waiting', { position: 2 })
      else if (type === 'handoff.cancel') this.setStatus('bot')
      else if (type === 'conversation.close') this.setStatus('closed')
      else if (type === 'contact.set') done('contact.changed', data)
      else if (type === 'transcript.request') data.email ? done('contact.changed', { email: data.email }) : say({ ref, type: 'ack', data: {} })
    })
  }

  open(socket, ref, { after = 0 }, say) {
    const { status, greeting: bot } = this
    say({ ref, type: 'session.ready', data: { token: 'token', conversation: 'cnv_1', seq: this.log.length, recovered: true, status, bot, ...this.more } })
    for (const event of this.log.slice(after)) say(event)
    for (const [message, text] of Object.entries(this.deltas)) if (text) say({ type: 'message.snapshot', data: { message, text } })
    this.sockets.add(socket)
  }

  agreed(ref, { text_hash }, say) {
    const { consent } = this.greeting
    if (text_hash !== consent.text_hash) return say({ ref, type: 'error', data: { code: 'consent_outdated', message: 'These terms have changed.' } })
    consent.given = true
    say({ ref, type: 'ack', data: {} })
  }

  keep(ref, { client_id, text }, say) {
    const known = this.log.find((event) => event.data.client_id === client_id)
    const message = known?.data.message ?? `msg_${this.log.length + 1}`
    say({ ref, type: 'ack', data: { seq: known?.seq ?? this.log.length + 1, message } })
    if (known) return
    this.event('message.created', { message, author: { kind: 'visitor' }, text, client_id })
    this.onMessage(text)
  }
}
