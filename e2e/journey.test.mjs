/**
 * The whole way, with the real server: an owner registers, uploads documents
 * and pastes a line into a website of another origin; a visitor asks there and
 * gets cited answers; an answer survives a cut connection, everything survives
 * a restart.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, recordFrames, until, visit } from './harness/browser.mjs'
import { fixture } from './harness/files.mjs'
import { startHost } from './harness/host.mjs'
import { Owner } from './harness/owner.mjs'
import { Parley } from './harness/parley.mjs'
import { startModel, startProxy } from './harness/tools.mjs'
import { Visitor } from './harness/visitor.mjs'

// Each fact stands in one of the documents only.
const facts = [
  { question: 'How many days do I have to return an unused bicycle?', fact: '45 days', source: 'handbook.md' },
  { question: 'How long is the frame of the Kestrel guaranteed?', fact: 'eleven years', source: 'warranty.pdf', page: 2 },
  { question: 'What does delivery to the island of Helgoland cost?', fact: '38 euros', source: 'delivery.docx' },
]
const questionToModel = 'Can I exchange a bicycle that was ridden?'
// Characters of one to four bytes, joined ones and combined ones, in one paragraph without Markdown.
const modelText = Array.from({ length: 40 }, (_, i) => `${i + 1} Grüße, żółć, 東京, 안녕, 👩‍👩‍👧‍👦 e\u0301te\u0301 “so”.`).join(' ')

describe('from the first registration to a conversation that survives everything', () => {
  let browser, parley, host, owner, snippet, visitor
  const pages = {}

  before(async () => {
    browser = await launch()
    parley = await Parley.start()
    host = await startHost(pages)
    owner = new Owner(await visit(browser), parley.origin)
  })
  after(async () => {
    await browser?.close()
    await host?.stop()
    await parley?.stop()
  })

  test('an owner registers, creates a bot and uploads a Markdown file, a PDF and a DOCX', async () => {
    await owner.register({ company: 'Fernway Cycles', email: 'mia@fernway.example', password: 'correct horse battery' })
    await owner.createBot('Fernway helper')
    await owner.upload(fixture('handbook.md'), fixture('warranty.pdf'), fixture('delivery.docx'))
  })

  test('they set its greeting and its looks', async () => {
    await owner.botPage('Settings')
    await owner.greet('Welcome to the workshop.')
    await owner.closeAfter('3 days')
    await owner.page.reload()
    assert.equal(await owner.page.getByLabel('Close idle conversations after').locator('option:checked').innerText(), '3 days')
    await owner.botPage('Appearance')
    await owner.look({ accent: '#0a7d32', title: 'Fernway help' })
  })

  test('they allow a domain and paste the line into a page of another origin', async () => {
    await owner.botPage('Install')
    snippet = await owner.snippet()
    assert.match(snippet, new RegExp(`^<script src="${parley.origin}/widget.js" data-bot="bot_\\w+"[^<>]* async></script>$`))
    pages['/'] = { snippet }

    const early = await visit(browser)
    await new Visitor(early).open(host.origin)
    await early.getByText('The chat is not available right now.').waitFor()
    await early.context().close()

    await owner.allow(new URL(host.origin).host)
  })

  test('a visitor asks there and gets answers that cite the right documents', async () => {
    visitor = new Visitor(await visit(browser))
    visitor.frames = recordFrames(visitor.page)
    await visitor.open(host.origin)
    await visitor.page.getByRole('dialog', { name: 'Fernway help' }).getByText('Welcome to the workshop.').waitFor()
    const launcher = visitor.page.getByRole('button', { name: 'Close chat' }).last()
    assert.equal(await launcher.evaluate((element) => getComputedStyle(element).backgroundColor), 'rgb(10, 125, 50)')
    for (const [i, { question, fact, source, page }] of facts.entries()) {
      await visitor.ask(question)
      await visitor.answered(i + 1)
      const panel = await visitor.source(`Source 1: ${source}`)
      await panel.getByText(fact).waitFor()
      if (page) await panel.getByText(`Page ${page}`).waitFor()
      await visitor.page.keyboard.press('Escape')
      await visitor.messages.getByText(fact).waitFor()
    }
    const { received } = visitor.frames
    for (const { data } of received.filter((frame) => frame.type === 'message.completed')) {
      const streamed = received.filter((frame) => frame.type === 'message.delta' && frame.data.message === data.message)
      assert.equal(streamed.map((frame) => frame.data.text).join(''), data.text)
    }
    assert.deepEqual(visitor.page.errors, [])
  })

  test('the owner reads the conversation in the dashboard, as it goes on', async () => {
    const transcript = await owner.conversation(/Helgoland|38 euros/)
    for (const { question, fact } of facts) {
      await transcript.getByText(question).waitFor()
      await transcript.getByText(fact).waitFor()
    }
    await transcript.getByRole('button', { name: 'Why this answer?' }).first().click()
    const why = owner.page.getByRole('complementary', { name: 'Why this answer?' })
    await why.getByText(facts[0].question).waitFor()
    await why.getByRole('listitem').filter({ hasText: facts[0].source }).getByText('Cited').first().waitFor()
    await why.getByText('The best sentences of the passages').waitFor()
    await audit(owner.page, 'aside')
    await owner.page.keyboard.press('Escape')
    await why.waitFor({ state: 'detached' })
    await visitor.ask('And on which days are you open?')
    await transcript.getByText('And on which days are you open?').waitFor()
    await visitor.answered(facts.length + 1)
  })

  describe('with a language model', () => {
    let model, proxy, transcript

    before(async () => {
      model = await startModel()
      proxy = await startProxy(parley.address)
      pages['/through-proxy'] = { snippet: snippet.replace(parley.origin, proxy.origin) }
      await parley.restart({ OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test', PARLEY_MODEL: 'scripted' })
    })
    after(async () => {
      await proxy?.stop()
      await model?.stop()
    })

    test('a page that was open all the while is connected again after the restart, and lost nothing', async () => {
      await until('the page is back', () => visitor.frames.opened > 1 && visitor.frames.received.at(-1).connection > 1)
      for (const { question } of facts) assert.equal(await visitor.messages.getByText(question, { exact: true }).count(), 1)
    })

    test('a connection that is cut in mid-answer is made again, and the answer is the model’s, byte for byte', async () => {
      await model.play({ text: modelText, piece: 9, pace_ms: 25 })
      const other = new Visitor(await visit(browser))
      const frames = recordFrames(other.page)
      await other.open(`${host.origin}/through-proxy`)
      await other.ask(questionToModel)
      await other.messages.getByText(/5 Grüße/).waitFor()
      await proxy.reset()
      await until('the page saw the close', () => frames.closed === 1)
      await other.answered(1)

      const { received } = frames
      const of = (type, connection) => received.filter((frame) => frame.type === type && (!connection || frame.connection === connection))
      const [{ data: completed, connection }] = of('message.completed')
      assert.equal(connection, 2, 'the answer ended before the cut')
      assert.equal(completed.text, modelText)
      assert.ok(of('message.delta', 2)[0].data.index > 0)

      // What the page put together from both connections is the same text, without a byte twice.
      let bytes = Buffer.alloc(0)
      for (const { type, data } of received) {
        if (type === 'message.snapshot') bytes = Buffer.from(data.text)
        if (type !== 'message.delta') continue
        assert.equal(data.index, bytes.length)
        bytes = Buffer.concat([bytes, Buffer.from(data.text)])
      }
      assert.equal(bytes.toString(), modelText)
      const shown = other.messages.getByText(/^1 Grüße/)
      assert.equal(await shown.evaluate((element) => element.textContent), modelText)
      assert.equal((await model.calls()).filter((call) => call.question.includes(questionToModel)).length, 1)
    })

    test('an answer that the model breaks off is tried again, and its question is asked once', async () => {
      const question = 'Is the frame of the Kestrel guaranteed?'
      await model.play({ times: 1, text: 'It is for eleven years.', fault: 'error', after: 3, message: 'out of memory' }, { text: 'It is, for eleven years [1].', pace_ms: 20 })
      const other = new Visitor(await visit(browser))
      await other.open(host.origin)
      await other.ask(question)
      await other.messages.getByText('The answer could not be finished.').waitFor()
      await other.messages.getByText('It is for').waitFor()
      await other.page.getByRole('button', { name: 'Try again' }).click()
      await other.answered(1)
      await other.messages.getByText('It is, for eleven years').waitFor()
      assert.equal(await other.messages.getByText(question, { exact: true }).count(), 1)
      assert.equal(await other.page.getByRole('button', { name: 'Try again' }).count(), 0)
      assert.equal((await model.calls()).filter((call) => call.question.includes(question)).length, 2)
      await other.page.context().close()
    })

    test('the conversation is in the dashboard, and after another restart still is', async () => {
      transcript = await owner.conversation(/ridden|Grüße/)
      await transcript.getByText(modelText).waitFor()
      await parley.restart()
      await owner.page.reload()
      transcript = await owner.conversation(/ridden|Grüße/)
      await transcript.getByText(questionToModel).waitFor()
      await transcript.getByText(modelText).waitFor()
      await owner.conversation(/open|45|weekdays/)
    })
  })
})
