/** The widget on somebody's page, against a stand-in that says what a test needs. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, recordFrames, until, visit } from './harness/browser.mjs'
import { startHost } from './harness/host.mjs'
import { StandIn } from './harness/stand-in.mjs'

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const hostileStyle = `<style>
  div { display: none; float: left; filter: blur(2px) } body > div { position: relative; opacity: .3; direction: rtl }
  * { font-size: 40px; color: red; letter-spacing: 1em; box-sizing: content-box } button { background: red; width: 2px } </style>`

let browser, server, host, page

before(async () => (browser = await launch()))
after(() => browser.close())
beforeEach(async () => {
  server = await StandIn.start()
  const ws = server.origin.replace('http', 'ws')
  const { snippet } = server
  host = await startHost({
    '/': { snippet },
    '/without': { snippet: '' },
    '/strict': { snippet, headers: { 'Content-Security-Policy': `default-src 'none'; script-src ${server.origin}; connect-src ${ws}` } },
    '/unconnected': { snippet, headers: { 'Content-Security-Policy': `default-src 'none'; script-src ${server.origin}` } },
    '/known': { snippet: snippet.replace('async', 'data-field-customer="4711" async') },
    '/hostile': { snippet, head: hostileStyle },
    '/rtl': { snippet, html: 'lang="ar" dir="rtl"' },
    '/looks': { snippet: snippet.replace('async', 'data-accent="#0a7d32" data-position="left" data-launcher="Ask us" async') },
  })
})
afterEach(async () => {
  await page?.context().close()
  await host.stop()
  await server.stop()
})

async function go(path = '/', options) {
  page = await visit(browser, options)
  await page.goto(host.origin + path)
}
async function open(path, options) {
  await go(path, options)
  await launcher().click()
  await page.getByText(server.greeting.greeting).waitFor()
}
const launcher = () => page.getByRole('button', { name: 'Open chat' })
const panel = () => page.getByRole('dialog', { name: 'Fernway' })
const field = () => page.getByRole('textbox', { name: 'Write a message…' })
const messages = () => page.getByRole('log', { name: 'Messages' })
async function ask(text) {
  await field().fill(text)
  await field().press('Enter')
  await until('the message is kept', () => server.log.some((event) => event.data.text === text))
}
const asked = async () => {
  await open()
  await ask('How long?')
  return server.answer()
}

test('a page loads nothing but the loader until the chat is opened, and gets one global', async () => {
  page = await visit(browser)
  const requests = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.goto(host.origin)
  await launcher().waitFor()
  assert.deepEqual(requests, ['/', '/widget.js'])
  const globals = () => page.evaluate(() => Object.keys(window).sort())
  await page.evaluate(() => document.querySelector('script').remove())
  const closed = await globals()
  await launcher().click()
  await panel().waitFor()
  assert.deepEqual(await globals(), closed)
  await page.goto(`${host.origin}/without`)
  const bare = await globals()
  assert.deepEqual(closed.filter((name) => !bare.includes(name)), ['Parley'])
})

test('an answer streams in, with its sources, and a source opens with its quote, page and link', async () => {
  const answer = await asked()
  await page.getByRole('img', { name: 'Writing an answer' }).waitFor()
  answer.write('Within **45 days** [1], or ')
  await messages().getByText('Within 45 days').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Source/ }).count(), 0)
  answer.write('never [2].')
  answer.end({
    citations: [
      { mark: 1, source: 'src_1', title: 'Returns', url: 'https://shop.example/returns', quote: 'You have 45 days.', page: 3 },
      { mark: 2, source: 'src_2', title: 'Terms', url: 'javascript:alert(1)', quote: 'Never.' },
    ],
  })
  await page.getByRole('button', { name: 'Source 1: Returns' }).click()
  const source = page.getByRole('dialog', { name: 'Source 1: Returns' })
  await source.getByText('You have 45 days.').waitFor()
  await source.getByText('Page 3').waitFor()
  const link = source.getByRole('link', { name: /^Open/ })
  assert.equal(await link.getAttribute('href'), 'https://shop.example/returns')
  assert.equal(await link.getAttribute('target'), '_blank')
  assert.match(await link.getAttribute('rel'), /noopener/)
  await page.keyboard.press('Escape')
  await source.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.querySelector('[data-parley]').shadowRoot.activeElement.getAttribute('aria-label')), 'Source 1: Returns')
  await page.getByRole('button', { name: 'Source 2: Terms' }).click()
  await page.getByRole('dialog', { name: 'Source 2: Terms' }).getByText('Never.').waitFor()
  assert.equal(await page.getByRole('link', { name: /^Open/ }).count(), 0)
  await page.getByRole('button', { name: 'Close source' }).click()
  await page.getByRole('list', { name: 'Sources' }).getByRole('button', { name: '1 Returns' }).click()
  await source.waitFor()
})

test('after a cut in mid-answer the page resumes and shows every byte once', async () => {
  page = await visit(browser)
  const frames = recordFrames(page)
  await page.goto(host.origin)
  await launcher().click()
  await page.getByText(server.greeting.greeting).waitFor()
  await ask('How long?')
  const answer = server.answer()
  answer.write('Grüße 👋 ')
  await messages().getByText('Grüße 👋').waitFor()
  server.cut()
  answer.write('während der Unterbrechung ') // nobody hears it
  await until('the page is back', () => server.sockets.size === 1)
  answer.write('und danach.')
  await messages().getByText('Grüße 👋 während der Unterbrechung und danach.').waitFor()
  answer.end()
  assert.equal(frames.closed, 1)
  assert.deepEqual(server.frames.filter((frame) => frame.type === 'session.open').at(-1).data.after, 2)
  assert.equal(await messages().getByText('How long?').count(), 1)
})

test('a message that was sent into a dead connection arrives once', async () => {
  await open()
  let swallowed
  server.intercept = ({ type, data, socket }) => {
    if (type !== 'message.send' || swallowed) return false
    swallowed = data.client_id
    server.keep('lost', data, () => {}) // kept, but the ack is lost with the connection
    socket.terminate()
    return true
  }
  await field().fill('Only once')
  await field().press('Enter')
  await until('the page is back', () => server.frames.filter((frame) => frame.type === 'session.open').length === 2)
  await until('nothing is being sent', async () => (await page.getByText('Sending…').count()) === 0)
  assert.equal(server.log.filter((event) => event.data.text === 'Only once').length, 1)
  assert.equal(await messages().getByText('Only once').count(), 1)
})

test('Stop ends an answer and keeps what was shown', async () => {
  const answer = await asked()
  answer.write('A long story')
  await page.getByRole('button', { name: 'Stop answering' }).click()
  await messages().getByText('Stopped.').waitFor()
  await messages().getByText('A long story').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Stop answering' }).count(), 0)
})

test('an answer that a crash broke disappears, and the second attempt takes its place', async () => {
  const answer = await asked()
  answer.write('Broken half')
  await messages().getByText('Broken half').waitFor()
  answer.interrupt('node_lost')
  await messages().getByText('It is answering again').waitFor()
  assert.equal(await messages().getByText('Broken half').count(), 0)
  const again = server.answer()
  again.write('Whole.')
  again.end()
  await messages().getByText('Whole.').waitFor()
})

const focused = () => page.evaluate(() => document.querySelector('[data-parley]').shadowRoot.activeElement?.className)

test('an answer that failed keeps what was written, says so, and is tried again by keyboard without asking anew', async () => {
  await open()
  await ask('Why?')
  const question = server.log[0].data.message
  const answer = server.answer()
  answer.write('Because')
  answer.interrupt('failed')
  await messages().getByText('could not be finished').waitFor()
  await messages().getByText('Because').waitFor()
  await page.locator('[aria-live=polite]').getByText('The answer could not be finished.').waitFor({ state: 'attached' })
  const again = page.getByRole('button', { name: 'Try again' })
  await audit(page, '[data-parley]')

  await again.focus()
  await page.keyboard.press('Enter')
  await until('it is asked for', () => server.frames.some(({ type, data }) => type === 'message.retry' && data.message === 'msg_2'))
  const second = server.answer(question)
  await again.waitFor({ state: 'detached' })
  assert.equal(await focused(), 'log', 'the button took the focus with it')
  second.write('Because it rained.')
  second.end()
  await messages().getByText('Because it rained.').waitFor()
  assert.equal(await again.count(), 0)
  assert.equal(server.log.filter((event) => event.data.text === 'Why?').length, 1)
})

test('a try that is refused says why in words and can be repeated; behind a later answer too', async () => {
  await open()
  await ask('Why?')
  server.answer().interrupt('failed')
  await ask('And when?')
  const later = server.answer()
  later.write('On Monday.')
  const again = page.getByRole('button', { name: /^Try again/ })
  await until('nothing can be tried while an answer is written', () => again.isDisabled())
  later.end()
  await messages().getByText('On Monday.').waitFor()
  const refusals = ['Another answer is being written. Please wait for its end.', 'A person has your question now, so the bot does not try again.', 'We cannot reach our storage right now. Please try again in a moment.']
  for (const message of refusals) {
    server.intercept = ({ ref, type, say }) => type === 'message.retry' && (say({ ref, type: 'error', data: { code: 'unavailable', message } }), true)
    await again.click()
    await page.getByRole('alert').getByText(message).waitFor()
  }
  server.intercept = () => false
  await again.click()
  await page.getByRole('alert').waitFor({ state: 'detached' })
  server.answer(server.log[0].data.message).write('Because.')
  await again.waitFor({ state: 'detached' })
})

test('what the storage could not take stays, and goes out again as the same message', async () => {
  await open()
  server.intercept = ({ ref, type, say }) => type === 'message.send' && (say({ ref, type: 'error', data: { code: 'unavailable', message: 'We cannot reach our storage right now.' } }), true)
  await field().fill('Keep me')
  await field().press('Enter')
  await page.getByRole('alert').getByText('We cannot reach our storage right now.').waitFor()
  await messages().getByText('Keep me').waitFor()
  server.intercept = () => false
  await page.getByRole('button', { name: 'Try again' }).click()
  await until('it is kept', () => server.log.length === 1)
  const sent = server.frames.filter(({ type }) => type === 'message.send').map(({ data }) => data)
  assert.equal(sent.length, 2)
  assert.deepEqual(sent[0], sent[1])
})

test('a visitor who waits sees their place, may go back to the bot, and sees a person join, hand over and leave', async () => {
  await open()
  await ask('Refund?')
  const answer = server.answer()
  answer.write('I do not know.')
  answer.end({ offer: 'handoff' })
  await messages().getByRole('button', { name: 'Talk to a person' }).click()
  const card = messages().getByRole('status').first()
  await card.getByText('You are number 2 in line').waitFor()
  server.tell({ type: 'queue.changed', data: { position: 1 } })
  await card.getByText('You are next in line').waitFor()
  await page.getByRole('button', { name: 'Ask the bot instead' }).click()
  await messages().getByText('The AI assistant answers again.').waitFor()
  assert.equal(await messages().getByText('You are next in line').count(), 0)

  await page.getByRole('button', { name: 'Talk to a person' }).click()
  await card.getByText('You are number 2 in line').waitFor()
  server.setStatus('agent', { agent: { name: 'Ada Lovelace' } })
  await messages().getByText('Ada Lovelace has joined.').waitFor()
  await panel().getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
  await panel().locator('[aria-live=polite]').getByText('Ada Lovelace has joined.').waitFor({ state: 'attached' })
  assert.equal(await panel().locator('.avatar').innerText(), 'AL')
  server.event('message.created', { message: 'msg_a', author: { kind: 'agent', name: 'Ada Lovelace' }, text: 'Hello' })
  await messages().getByText('Hello', { exact: true }).waitFor()
  assert.equal(await messages().getByRole('button', { name: 'Talk to a person' }).count(), 0)
  server.tell({ type: 'typing', data: { author: { kind: 'agent', name: 'Ada Lovelace' } } })
  await page.getByRole('img', { name: 'Ada Lovelace is writing' }).waitFor()
  server.setStatus('agent', { agent: { name: 'Grace' } })
  await messages().getByText('Grace has taken over from Ada Lovelace.').waitFor()
  server.setStatus('bot')
  await page.getByRole('img', { name: /is writing/ }).waitFor({ state: 'detached' })
  await messages().getByText('Grace has left. The AI assistant answers again.').waitFor()
  await page.getByRole('button', { name: 'Talk to a person' }).waitFor()
})

test('two answers in a row that failed bring the offer of a person', async () => {
  await open()
  const offered = () => messages().getByRole('button', { name: 'Talk to a person' })
  await ask('Why?')
  server.answer().interrupt('failed')
  await messages().getByText('could not be finished').waitFor()
  assert.equal(await offered().count(), 0)
  await ask('And when?')
  server.answer().interrupt('failed')
  await offered().click()
  await until('a person is asked for', () => server.status === 'waiting')
})

test('where nobody is there it says so, by the visitor’s clock, and takes an address', async () => {
  server.more = { queue: { position: 1, absence: 'hours', opens_at: '2026-11-30T08:00:00.000Z' } }
  await go('/', { timezoneId: 'Europe/Berlin', locale: 'de-DE' })
  await page.clock.install({ time: '2026-11-27T20:00:00.000Z' }) // a Friday
  await launcher().click()
  await page.getByText(server.greeting.greeting).waitFor()
  await ask('Anyone?')
  server.setStatus('waiting', server.more.queue)
  await messages().getByText('We are back Monday at 9:00').waitFor()
  const email = page.getByRole('textbox', { name: 'E-mail' })
  await page.getByRole('button', { name: 'Answer me by e-mail' }).click()
  await page.getByRole('alert').getByText('complete e-mail address').waitFor()
  await audit(page, '[data-parley]')
  await page.getByRole('textbox', { name: 'Name (optional)' }).fill('Mia')
  await email.fill('mia@')
  await email.press('Enter')
  await page.getByRole('alert').getByText('complete e-mail address').waitFor()
  server.intercept = ({ ref, type, say }) => type === 'contact.set' && (say({ ref, type: 'error', data: { code: 'contact_invalid', message: 'Please give another address.' } }), true)
  await email.fill('mia@shop.example')
  await email.press('Enter')
  await page.getByRole('alert').getByText('Please give another address.').waitFor()
  server.intercept = () => false
  await email.press('Enter')
  await messages().getByText('We will answer to mia@shop.example').waitFor()
  assert.deepEqual(server.log.findLast(({ type }) => type === 'contact.changed').data, { name: 'Mia', email: 'mia@shop.example' })
  await page.getByRole('button', { name: 'Change' }).click()
  assert.equal(await email.inputValue(), 'mia@shop.example')
  await page.reload()
  await messages().getByText('We will answer to mia@shop.example').waitFor()
  server.tell({ type: 'queue.changed', data: { absence: 'nobody' } })
  await messages().getByText('Nobody is here right now').waitFor()
  await field().fill('I can wait')
  await field().press('Enter')
  await messages().getByText('I can wait').waitFor()
})

test('a person sees what is typed where the owner wants that, and the visitor that it was read', async () => {
  server.greeting = { ...server.greeting, preview: true }
  await open()
  await ask('Hello?')
  server.setStatus('agent', { agent: { name: 'Ada' } })
  await panel().getByText('We see what you type.').waitFor()
  await field().pressSequentially('My order is', { delay: 5 })
  const typed = () => server.frames.filter(({ type }) => type === 'typing').map(({ data }) => data.text)
  await until('all of it was shown', () => typed().at(-1) === 'My order is')
  assert.ok(typed().length <= 3, `${typed().length} frames`)
  await ask('My order is late')
  assert.equal(await messages().getByText('Seen').count(), 0)
  server.tell({ type: 'read', data: { author: { kind: 'agent', name: 'Ada' }, seq: server.log.length } })
  await messages().getByText('Seen').waitFor()
  server.more = { read: server.log.length, agent: { name: 'Ada' } }
  server.status = 'agent'
  await page.reload()
  await messages().getByText('Seen').waitFor()
  server.event('message.created', { message: 'msg_a', author: { kind: 'agent', name: 'Ada' }, text: 'I look.' })
  await messages().getByText('I look.').waitFor()
  assert.equal(await messages().getByText('Seen').count(), 0)
})

/** Counts tones instead of playing them, and lets a test hide the page. */
const deaf = () => {
  window.tones = 0
  window.AudioContext = class {
    currentTime = 0
    resume() {}
  }
  window.GainNode = class {
    gain = { setTargetAtTime() {} }
    connect() {}
  }
  window.OscillatorNode = class {
    connect = (to) => to
    start = () => window.tones++
    stop() {}
  }
  window.hide = (hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') })
    document.dispatchEvent(new Event('visibilitychange'))
  }
}

test('who looks elsewhere is called by a sound and the title, unless they muted it', async () => {
  page = await visit(browser)
  await page.addInitScript(deaf)
  await page.goto(host.origin)
  await launcher().click()
  await page.getByText(server.greeting.greeting).waitFor()
  await ask('Anyone?')
  server.setStatus('agent', { agent: { name: 'Ada' } })
  await messages().getByText('Ada has joined.').waitFor()
  const write = (text) => server.event('message.created', { message: `msg_${text}`, author: { kind: 'agent', name: 'Ada' }, text })
  write('seen')
  await messages().getByText('seen', { exact: true }).waitFor()
  assert.equal(await page.evaluate(() => window.tones), 0)
  await page.evaluate(() => window.hide(true))
  write('one')
  await until('it rings', () => page.evaluate(() => window.tones === 2))
  write('two')
  await until('the title counts', async () => (await page.title()) === '(2) Fernway Cycles')
  await page.evaluate(() => (document.title = 'Another page'))
  write('three')
  await until('a title of the page is kept', async () => (await page.title()) === '(3) Another page')
  await page.evaluate(() => window.hide(false))
  assert.equal(await page.title(), 'Another page')

  await page.getByRole('button', { name: 'Menu' }).click()
  const sound = page.getByRole('menuitemcheckbox', { name: 'Sound' })
  assert.equal(await sound.getAttribute('aria-checked'), 'true')
  await sound.click()
  await page.keyboard.press('Escape')
  await page.reload()
  await messages().getByText('three', { exact: true }).waitFor()
  await page.evaluate(() => window.hide(true))
  write('four')
  await until('the title counts', async () => (await page.title()) === '(1) Fernway Cycles')
  assert.equal(await page.evaluate(() => window.tones), 0)
})

test('the menu mails the conversation, begins another one and ends it; all by keyboard', async () => {
  await open()
  await ask('Keep this')
  const menu = page.getByRole('button', { name: 'Menu' })
  await menu.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Mail me this conversation' }).waitFor()
  await audit(page, '[data-parley]')
  await page.keyboard.press('Escape')
  assert.equal(await focused(), 'icon')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem').first().waitFor()
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Mail me this conversation' })
  server.intercept = ({ ref, type, say }) => type === 'transcript.request' && (say({ ref, type: 'error', data: { code: 'rate_limited', message: 'Please wait a minute.' } }), true)
  await sheet.getByRole('textbox', { name: 'E-mail' }).waitFor()
  await page.keyboard.type('mia@shop.example')
  await page.keyboard.press('Enter')
  await sheet.getByRole('alert').getByText('Please wait a minute.').waitFor()
  await audit(page, '[data-parley]')
  server.intercept = () => false
  await page.keyboard.press('Enter')
  await sheet.getByText('It is on its way to mia@shop.example.').waitFor()
  assert.deepEqual(server.frames.findLast(({ type }) => type === 'transcript.request').data, { email: 'mia@shop.example' })
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })

  await page.keyboard.press('Enter')
  await page.getByRole('menuitem').first().waitFor()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await messages().getByText('Closed. Write to open it again.').waitFor()
  await menu.click()
  await page.getByRole('menuitem', { name: 'New conversation' }).click()
  await until('it is asked for', () => server.frames.findLast(({ type }) => type === 'session.open').data.conversation === 'new')
  assert.deepEqual(page.errors, [])
})

test('who is blocked reads a plain line and cannot write', async () => {
  await open()
  server.intercept = ({ ref, type, say, socket }) => {
    if (type !== 'message.send' && type !== 'session.open') return false
    say({ ref, type: 'error', data: { code: 'blocked', message: 'You cannot write here.' } })
    socket.close(4505)
    return true
  }
  await field().fill('Hello?')
  await field().press('Enter')
  await panel().getByText('You cannot write here any more.').waitFor()
  assert.equal(await field().isDisabled(), true)
  await page.reload()
  await page.getByText('You cannot write here any more.').waitFor()
  const opened = server.frames.length
  await new Promise((resolve) => setTimeout(resolve, 1500))
  assert.equal(server.frames.length, opened, 'it does not try again')
})

test('without the chunk for rarer things one can still write, and it is loaded once it is there', async () => {
  page = await visit(browser)
  let away = true
  await page.route(/\/widget\/more-/, (route) => (away ? route.abort() : route.continue()))
  await page.goto(host.origin)
  await launcher().click()
  await page.getByText(server.greeting.greeting).waitFor()
  await page.getByRole('button', { name: 'Menu' }).click()
  await panel().getByText('Could not be loaded.').waitFor()
  server.setStatus('waiting', { position: 1 })
  await messages().getByText('You wait for a person.').waitFor()
  await ask('Still there?')
  away = false
  await messages().getByText('You are next in line').waitFor()
})

test('what the page says of its visitor is told when the session opens, and who they are once they have written', async () => {
  page = await visit(browser)
  await page.goto(`${host.origin}/known`)
  await page.evaluate(() => {
    window.Parley.set({ plan: 'pro', seats: 7, trial: false, long: 'x'.repeat(999) })
    window.Parley.contact({ name: 'Mia', email: 'mia@shop.example' })
  })
  await page.getByRole('button', { name: 'Open chat' }).click()
  await page.getByText(server.greeting.greeting).waitFor()
  const [opened] = server.frames
  assert.deepEqual(opened.data.fields, { customer: '4711', plan: 'pro', seats: '7', trial: 'false', long: 'x'.repeat(256) })
  assert.equal(server.frames.some(({ type }) => type === 'contact.set'), false, 'nobody has begun a conversation')
  await ask('Hello')
  const told = () => server.frames.filter(({ type }) => type === 'contact.set').map(({ data }) => data)
  await until('they are known', () => told().length === 1)
  assert.deepEqual(told(), [{ name: 'Mia', email: 'mia@shop.example' }])
  await page.evaluate(() => window.Parley.set({ plan: 'max' }))
  await until('it is told anew', () => server.frames.findLast(({ type }) => type === 'session.open').data.fields.plan === 'max')
  await page.reload()
  await page.evaluate(() => window.Parley.contact({ name: 'Mia', email: 'mia@shop.example' }))
  await messages().getByText('Hello', { exact: true }).waitFor()
  await ask('Again')
  assert.equal(told().length, 1, 'what is known is not told again')
})

test('the page of a link is the chat, takes the token out of the address, and leaves what the browser keeps', async () => {
  page = await visit(browser)
  await page.goto(`${server.origin}/chat/bot_1`)
  await page.getByText(server.greeting.greeting).waitFor()
  await until('the browser keeps its own', () => page.evaluate(() => JSON.parse(localStorage.getItem('parley:bot_1'))?.token === 'token'))
  const linked = await page.context().newPage()
  await linked.goto(`${server.origin}/chat/bot_1#v1.tnt_a.bot_1.vis_b.cnv_c.mac-_x`)
  await linked.getByText(server.greeting.greeting).waitFor()
  assert.equal(linked.url(), `${server.origin}/chat/bot_1`)
  assert.equal(server.frames.findLast(({ type }) => type === 'session.open').data.token, 'v1.tnt_a.bot_1.vis_b.cnv_c.mac-_x')
  const chat = linked.getByRole('main', { name: 'Fernway' })
  const { x, y, width, height } = await chat.boundingBox()
  assert.deepEqual({ x, y, width, height }, { x: 0, y: 0, width: 1440, height: 900 })
  assert.equal(await linked.getByRole('button', { name: /chat/ }).count(), 0)
  await linked.keyboard.press('Escape')
  assert.ok(await chat.isVisible())
  await audit(linked)
  assert.deepEqual(await linked.evaluate(() => [JSON.parse(localStorage.getItem('parley:bot_1')).token, JSON.parse(sessionStorage.getItem('parley:bot_1:link')).token]), ['token', 'token'])
  await linked.reload()
  await linked.getByText(server.greeting.greeting).waitFor()
  await page.reload()
  await page.getByText(server.greeting.greeting).waitFor()
  assert.equal(server.frames.findLast(({ type }) => type === 'session.open').data.token, 'token')
})

test('thumbs are kept, and one that points down may say why', async () => {
  const answer = await asked()
  answer.write('Yes.')
  answer.end()
  await page.getByRole('button', { name: 'Not helpful' }).click()
  await page.getByRole('textbox', { name: 'What was missing or wrong?' }).fill('Too short')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('Thank you.').waitFor()
  const given = server.frames.filter((frame) => frame.type === 'message.feedback').map(({ data }) => [data.helpful, data.comment])
  assert.deepEqual(given, [[false, undefined], [false, 'Too short']])
  assert.equal(await page.getByRole('button', { name: 'Not helpful' }).getAttribute('aria-pressed'), 'true')
})

test('a refused message says why, counts down, and can be sent again', async () => {
  await open()
  server.intercept = ({ ref, type, say }) => {
    if (type === 'message.send') say({ ref, type: 'error', data: { code: 'rate_limited', message: 'You are faster than we can read.', retry_after: 2 } })
    return type === 'message.send'
  }
  await field().fill('Hurry')
  await field().press('Enter')
  await page.getByText('You are faster than we can read.').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Try again in [12] s$/ }).isDisabled(), true)
  server.intercept = () => false
  await page.getByRole('button', { name: 'Try again', exact: true }).click()
  await until('it is kept', () => server.log.length === 1)
})

test('without a connection it says so, keeps what is written, and sends it later', async () => {
  await open()
  server.intercept = ({ socket }) => (socket.terminate(), true)
  server.cut()
  await panel().getByText('Reconnecting…').waitFor()
  await field().fill('Written offline')
  await field().press('Enter')
  await page.getByText('Sent when the connection is back').waitFor()
  server.intercept = () => false
  await until('it is kept', () => server.log.some((event) => event.data.text === 'Written offline'))
  await panel().getByText('Reconnecting…').waitFor({ state: 'detached' })
})

test('where the bot may not run, the visitor is told calmly and the owner precisely', async () => {
  await go()
  const warnings = []
  page.on('console', (message) => warnings.push(message.text()))
  server.intercept = ({ socket }) => (socket.close(4501), true)
  await launcher().click()
  await page.getByText('The chat is not available right now.').waitFor()
  assert.equal(await field().isDisabled(), true)
  await until('the console says what to do', () => warnings.some((text) => text.includes(host.origin) && text.includes('/install')))
})

/** Opens the chat with a draft in its field, has chats rest, and returns how often it was asked since. */
async function rest() {
  page = await visit(browser)
  await page.clock.install()
  await page.goto(host.origin)
  await launcher().click()
  await page.getByText(server.greeting.greeting).waitFor()
  await field().fill('Half a quest')
  let asked = 0
  server.intercept = ({ type, socket }) => {
    if (type === 'session.open') asked++
    socket.close(4503)
    return true
  }
  server.cut(4503)
  await resting().waitFor()
  return () => asked
}
const resting = () => panel().getByText('The chat is not available right now.')

test('chats that rest go on by themselves: nothing is loaded again, and draft and focus are where they were', async () => {
  const asked = await rest()
  assert.equal(await field().isEditable(), false)
  await audit(page, '[data-parley]')
  await page.clock.fastForward(299_000)
  assert.equal(asked(), 0)
  await page.clock.fastForward(301_000)
  await until('it is asked whether they rest', () => asked() === 1)
  assert.equal(await resting().count(), 1)
  server.intercept = () => false
  await page.clock.fastForward(600_000)
  await resting().waitFor({ state: 'detached' })
  assert.equal(await field().inputValue(), 'Half a quest')
  await page.keyboard.type('ion')
  await page.keyboard.press('Enter')
  await until('it is kept', () => server.log.some(({ data }) => data.text === 'Half a question'))
  await messages().getByText('Half a question').waitFor()
  assert.equal(await messages().getByText('Half a question').count(), 1)
})

test('who opens the chat again asks at once whether chats still rest, and no more often however often they do', async () => {
  const asked = await rest()
  const reopen = async () => {
    await page.getByRole('button', { name: 'Close chat' }).first().click()
    await launcher().click()
    await resting().waitFor()
  }
  await page.clock.fastForward(20_000)
  await reopen()
  await until('it is asked', () => asked() === 1)
  for (let i = 0; i < 5; i++) await reopen()
  assert.equal(asked(), 1)
  server.intercept = () => false
  await page.clock.fastForward(20_000) // it was wanted five times
  await resting().waitFor({ state: 'detached' })
  assert.equal(await field().inputValue(), 'Half a quest')
})

test('where the visitor must agree first, nothing can be said until they have; by keyboard and in words', async () => {
  server.greeting.consent = { text: 'We keep what you write: [privacy](https://shop.example/privacy).', text_hash: 'h1', required: true, given: false }
  await open()
  const terms = page.getByRole('region', { name: 'Terms of this chat' })
  const closed = page.getByRole('textbox', { name: 'Agree to the terms first' })
  await terms.waitFor()
  await closed.waitFor()
  const focused = () => page.evaluate(() => document.querySelector('[data-parley]').shadowRoot.activeElement?.getAttribute('aria-label'))
  assert.equal(await focused(), 'Agree to the terms first')
  assert.equal(await closed.isEditable(), false)
  assert.equal(await panel().locator('[aria-live=polite]').getByText('Agree to the terms first').count(), 1)
  assert.equal(await page.getByRole('button', { name: server.greeting.suggestions[0] }).count(), 0)
  assert.equal(await page.getByRole('button', { name: 'Talk to a person' }).isDisabled(), true)
  await audit(page, '[data-parley]')
  await page.keyboard.type('Hello?')
  await page.keyboard.press('Enter')
  assert.equal(await closed.inputValue(), '')
  assert.equal(server.frames.some(({ type }) => type === 'message.send'), false)
  // The owner writes other terms while these are read.
  Object.assign(server.greeting.consent, { text: 'We keep it for a year.', text_hash: 'h2' })
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await terms.getByText('We keep it for a year.').waitFor()
  await closed.waitFor()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await terms.waitFor({ state: 'detached' })
  await field().waitFor()
  assert.equal(await focused(), 'Write a message…')
  await page.getByRole('button', { name: server.greeting.suggestions[0] }).waitFor()
  await page.keyboard.type('Hello?')
  await page.keyboard.press('Enter')
  await until('it is kept', () => server.log.some(({ data }) => data.text === 'Hello?'))
  assert.deepEqual(page.errors, [])
})

test('it works under a policy that allows no inline script and no style at all', async () => {
  await open('/strict')
  const answer = server.answer()
  answer.write('Styled **without** a style-src.')
  answer.end()
  await messages().getByText('Styled without').waitFor()
  await page.getByRole('button', { name: 'Menu' }).click()
  assert.equal(await page.getByRole('menu').evaluate((element) => getComputedStyle(element).position), 'absolute')
  assert.deepEqual(page.errors, [])
  assert.equal(await panel().evaluate((element) => getComputedStyle(element).position), 'fixed')
})

test('a policy that forbids the connection is explained in the console', async () => {
  await go('/unconnected')
  const warnings = []
  page.on('console', (message) => warnings.push(message.text()))
  await launcher().click()
  // The browser says so at a try to connect, and the tries come less and less often.
  await until('the console names connect-src', () => warnings.some((text) => text.startsWith('Parley:') && text.includes('connect-src')), 90_000)
})

test('it survives a page that swaps or empties its body, with draft and conversation', async () => {
  await open()
  await ask('Still here?')
  await field().fill('A draft')
  await page.evaluate(() => {
    const body = document.createElement('body')
    body.innerHTML = '<main><h1>Another page</h1></main>'
    document.body.replaceWith(body)
  })
  await messages().getByText('Still here?').waitFor()
  assert.equal(await field().inputValue(), 'A draft')
  await page.evaluate(() => document.body.replaceChildren())
  await messages().getByText('Still here?').waitFor()
  await page.evaluate((src) => {
    const script = document.createElement('script')
    script.src = src
    script.dataset.bot = 'bot_1'
    document.body.append(script)
    return new Promise((resolve) => (script.onload = resolve))
  }, `${server.origin}/widget.js`)
  assert.equal(await page.locator('[data-parley]').count(), 1)
  await field().press('Enter')
  await messages().getByText('A draft').waitFor()
})

test('the style of the page does not reach it', async () => {
  await open('/hostile')
  const style = await messages()
    .getByText(server.greeting.greeting)
    .evaluate((element) => {
      const { fontSize, color, letterSpacing, direction } = getComputedStyle(element)
      return { fontSize, color, letterSpacing, direction }
    })
  assert.deepEqual(style, { fontSize: '16px', color: 'rgb(26, 29, 35)', letterSpacing: 'normal', direction: 'ltr' })
  const host = await page.locator('[data-parley]').evaluate((element) => getComputedStyle(element))
  assert.deepEqual([host.opacity, host.filter], ['1', 'none'])
})

test('a conversation and an open panel are there again after a reload', async () => {
  await open()
  await ask('Remember me')
  await page.reload()
  await messages().getByText('Remember me').waitFor()
  const [, again] = server.frames.filter((frame) => frame.type === 'session.open')
  assert.equal(again.data.token, 'token')
  await panel().getByRole('button', { name: 'Close chat' }).click()
  await page.reload()
  await launcher().waitFor()
  assert.equal(await panel().count(), 0)
})

test('what is said while it is closed is counted on the launcher and told to the page', async () => {
  await open()
  await page.evaluate(() => {
    window.heard = []
    for (const event of ['open', 'close', 'unread', 'message']) window.Parley.on(event, (detail) => window.heard.push([event, detail]))
  })
  const heard = () => page.evaluate(() => window.heard)
  await ask('Anyone?')
  await until('the page heard of it', async () => (await heard()).length === 1)
  await page.keyboard.press('Escape')
  server.event('message.created', { message: 'msg_a', author: { kind: 'agent', name: 'Ada' }, text: 'Yes' })
  await page.getByRole('button', { name: 'Open chat, 1 unread message' }).waitFor()
  await page.evaluate(() => window.Parley.open())
  await messages().getByText('Yes').waitFor()
  assert.deepEqual(await heard(), [
    ['message', { from: 'visitor' }],
    ['close', undefined],
    ['unread', 1],
    ['message', { from: 'agent' }],
    ['open', undefined],
    ['unread', 0],
  ])
})

test('everything works by keyboard, and the shortcuts of the page do not hear it', async () => {
  await go()
  await page.evaluate(() => {
    window.keys = []
    addEventListener('keydown', (event) => window.keys.push(event.key))
  })
  await launcher().waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText(server.greeting.greeting).waitFor()
  await page.evaluate(() => (window.keys.length = 0))
  await page.keyboard.type('Hi?')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('You')
  await page.keyboard.press('Enter')
  await until('it is kept', () => server.log[0]?.data.text === 'Hi?\nYou')
  await page.keyboard.press('Escape')
  await panel().waitFor({ state: 'hidden' })
  assert.deepEqual(await page.evaluate(() => window.keys), [])
  await page.keyboard.press('Enter') // the focus is back on the launcher
  await panel().waitFor()
})

test('a screen reader hears an answer by the sentence, and nothing of what was there before', async () => {
  const answer = await asked()
  const said = () => panel().locator('[aria-live="polite"] p').allTextContents()
  answer.write('One **bold** sentence [1]. Then hal')
  await until('the first sentence is said', async () => (await said()).length === 1)
  answer.write('f of another')
  answer.end()
  await until('the rest is said', async () => (await said()).length === 2)
  assert.deepEqual(await said(), ['One bold sentence.', 'Then half of another'])
  await page.reload()
  await messages().getByText('Then half of another').waitFor()
  assert.deepEqual(await said(), [])
})

test('on a phone it is the whole screen, keeps the focus, and does not zoom into its field', async () => {
  await open('/', phone)
  await page.waitForFunction(() => document.querySelector('[data-parley]').shadowRoot.querySelector('.panel').getAnimations().length === 0)
  const { x, y, width, height } = await panel().boundingBox()
  assert.deepEqual({ x, y, width, height }, { x: 0, y: 0, ...phone.viewport })
  assert.equal(await field().evaluate((element) => getComputedStyle(element).fontSize), '16px')
  assert.equal(await page.getByRole('button', { name: 'Close chat' }).count(), 1)
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement.matches('[data-parley]')), true)
  }
  for (const button of await panel().getByRole('button').all()) {
    const box = await button.boundingBox()
    assert.ok(box.height >= 44 && box.width >= 44, `${await button.innerText()} is ${box.width} × ${box.height}`)
  }
})

test('long words, addresses, code and tables stay inside, left to right and right to left', async () => {
  const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3)
  for (const [path, options] of [['/'], ['/', phone], ['/rtl', phone], ['/rtl']]) {
    server.log.length = 0
    await open(path, options)
    await ask(long)
    const answer = server.answer()
    answer.write(`${long} https://x.example/${long}\n\n\`${long}\`\n\n\`\`\`\n${long}\n\`\`\`\n\n| ${long} | b |\n|---|---|\n| c | d |\n\n مرحبا **بكم** [1]`)
    answer.end({ citations: [{ mark: 1, title: long, quote: long }] })
    await page.getByRole('button', { name: /^Source 1/ }).click()
    const width = await messages().evaluate((element) => [element.scrollWidth, element.clientWidth])
    assert.equal(width[0], width[1], `${path} ${JSON.stringify(options)}`)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true)
    await page.context().close()
  }
})

test('the counter appears near the limit and stops what is too long', async () => {
  await open()
  await field().fill('x'.repeat(7000))
  assert.equal(await page.getByText(/characters/).count(), 0)
  await field().fill('x'.repeat(7900))
  await page.getByText('100 characters left').waitFor()
  await field().fill('x'.repeat(8001))
  await page.getByText('1 characters too many').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Send message' }).isDisabled(), true)
})

test('what a model or a visitor writes never becomes markup', async () => {
  const attack = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>[x](javascript:window.hit=1)'
  await open()
  await ask(attack)
  const answer = server.answer()
  answer.write(attack)
  answer.end({ citations: [{ mark: 1, title: attack, quote: attack, url: 'data:text/html,x' }] })
  await page.getByRole('list', { name: 'Sources' }).getByRole('button').click()
  await messages().getByText('<script>').first().waitFor()
  const inside = await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('[data-parley]')
    return [window.hit, shadowRoot.querySelectorAll('img, script, iframe, [onerror]').length, [...shadowRoot.querySelectorAll('a')].map((a) => a.href)]
  })
  assert.deepEqual(inside, [undefined, 0, []])
})

test('the line on the page says how the launcher looks before anything is loaded', async () => {
  await go('/looks')
  const button = page.getByRole('button', { name: 'Ask us – Open chat' })
  const { x } = await button.boundingBox()
  assert.ok(x < 100)
  assert.equal(await button.evaluate((element) => getComputedStyle(element).backgroundColor), 'rgb(10, 125, 50)')
})

test('the looks that the owner chose come with the session and are kept for the next page', async () => {
  server.greeting = { ...server.greeting, appearance: { accent: '#b3261e', theme: 'dark', position: 'left', title: 'Fernway help', launcher: 'Help' } }
  await open()
  await page.getByRole('dialog', { name: 'Fernway help' }).waitFor()
  const look = () => page.evaluate(() => {
    const button = getComputedStyle(document.querySelector('[data-parley]').shadowRoot.querySelector('.launcher'))
    return [button.backgroundColor, button.left, button.colorScheme]
  })
  await until('they are there', async () => (await look()).join() === 'rgb(179, 38, 30),20px,dark')
  await page.getByRole('button', { name: 'Close chat' }).first().click()
  await page.reload()
  await page.getByRole('button', { name: 'Help – Open chat' }).waitFor()
  assert.deepEqual(await look(), ['rgb(179, 38, 30)', '20px', 'dark'])
})

test('with reduced motion nothing moves by itself', async () => {
  await open('/', { reducedMotion: 'reduce' })
  await ask('Slowly')
  await page.getByRole('img', { name: 'Writing an answer' }).waitFor()
  const moving = await page.evaluate(() => document.querySelector('[data-parley]').shadowRoot.getAnimations().filter((animation) => animation.effect.getComputedTiming().activeDuration > 0).length)
  assert.equal(moving, 0)
})

for (const [name, path, options] of [
  ['light', '/', {}],
  ['dark', '/', { colorScheme: 'dark' }],
  ['a phone', '/', phone],
  ['right to left', '/rtl', {}],
]) {
  test(`axe finds nothing to improve in the widget: ${name}`, async () => {
    await go(path, { ...options, reducedMotion: 'reduce' })
    await launcher().waitFor()
    await audit(page, '[data-parley]')
    await launcher().click()
    await page.getByRole('button', { name: server.greeting.suggestions[0] }).waitFor()
    await audit(page, '[data-parley]')
    await ask('How long?')
    const answer = server.answer()
    answer.write('## Returns\n\nWithin **45 days** [1], see [our page](https://shop.example).\n\n- `one`\n- two\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n| c | d |')
    await audit(page, '[data-parley]')
    answer.end({ citations: [{ mark: 1, title: 'Returns', url: 'https://shop.example/', quote: 'You have 45 days.', page: 3 }] })
    await page.getByRole('button', { name: 'Not helpful' }).click()
    await page.getByRole('textbox', { name: 'What was missing or wrong?' }).waitFor()
    server.setStatus('agent', { agent: { name: 'Ada' } })
    server.event('message.created', { message: 'msg_a', author: { kind: 'agent', name: 'Ada' }, text: 'Hello, see https://shop.example' })
    server.intercept = ({ ref, type, say }) => type === 'message.send' && (say({ ref, type: 'error', data: { code: 'x', message: 'No.' } }), true)
    await field().fill('Refused')
    await field().press('Enter')
    await page.getByRole('button', { name: 'Remove' }).waitFor()
    await audit(page, '[data-parley]')
    await page.getByRole('button', { name: 'Source 1: Returns' }).click()
    await page.getByRole('dialog', { name: 'Source 1: Returns' }).waitFor()
    await audit(page, '[data-parley]')
  })
}

for (const [name, options] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['a phone', phone]]) {
  test(`axe finds nothing to improve in the demo page: ${name}`, async () => {
    page = await visit(browser, options)
    await page.goto(`${server.origin}/demo?bot=bot_1`)
    await launcher().waitFor()
    await audit(page)
    assert.deepEqual(page.errors, [])
    await page.getByRole('button', { name: 'Ask a question' }).click()
    await panel().waitFor()
  })
}

test('the demo page without a bot says what to do', async () => {
  page = await visit(browser)
  await page.goto(`${server.origin}/demo`)
  await page.getByText('No bot is connected to this page.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Ask a question' }).count(), 0)
})
