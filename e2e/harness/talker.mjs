/** A model server that answers from what it is told, word by word, as far as the test lets it. */
import { createServer } from 'node:http'
import { until } from './browser.mjs'

export class Talker {
  calls = [] // {messages, words, sent, cancelled}
  limit = Infinity // words of an answer that may go out
  /** What to answer to the messages of a request. */
  reply = () => 'I do not know.'

  static async start() {
    const talker = new Talker()
    talker.server = createServer(async (request, response) => {
      let body = ''
      for await (const piece of request) body += piece
      const { messages, stream } = JSON.parse(body)
      if (stream) await talker.speak(messages, response)
      else response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'A visitor asks.' } }] }))
    })
    await new Promise((resolve) => talker.server.listen(0, '127.0.0.1', resolve))
    talker.settings = { OPENAI_BASE_URL: `http://127.0.0.1:${talker.server.address().port}/v1`, OPENAI_API_KEY: 'test', PARLEY_MODEL: 'talker' }
    return talker
  }

  stop() {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(resolve))
  }

  async speak(messages, response) {
    const call = { messages, words: this.reply(messages).split(/(?<= )/), sent: 0, cancelled: false }
    this.calls.push(call)
    response.on('close', () => (call.cancelled = call.sent < call.words.length))
    const say = (delta, finish_reason = null) => response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    for (const content of call.words) {
      await until('the next word may go out', () => call.sent < this.limit || call.cancelled, Infinity)
      if (call.cancelled) return
      say({ content })
      call.sent++
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    say({}, 'stop')
    response.end('data: [DONE]\n\n')
  }
}
