/**
 * A visitor and two agents in three windows: the bot answers, one agent comes in between, hands over to the other,
 * who gives the conversation back. In the agents' windows nothing but the keyboard is used.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent } from './harness/agent.mjs'
import { audit } from './harness/axe.mjs'
import { launch, recordFrames, until, visit } from './harness/browser.mjs'
import { Business, password } from './harness/business.mjs'
import { startHost } from './harness/host.mjs'
import { Parley } from './harness/parley.mjs'
import { Talker } from './harness/talker.mjs'
import { logged, shownToAgent, shownToVisitor } from './harness/views.mjs'
import { Visitor } from './harness/visitor.mjs'

const long = Array.from({ length: 60 }, (_, i) => `word${i + 1}`).join(' ')
const secret = 'He bought three bicycles last year.'

let browser, talker, parley, host, business, bot, visitor, ada, ben, conversation

before(async () => {
  browser = await launch()
  talker = await Talker.start()
  parley = await Parley.start([], talker.settings)
  business = await Business.open(parley)
  const pages = {}
  host = await startHost(pages)
  bot = await business.bot({
    origins: [host.origin],
    texts: [{ title: 'Returns', text: 'A bicycle may be returned within 45 days. How much money you get back for a bicycle that you return depends on its state.' }],
  })
  pages['/'] = { snippet: business.snippet(bot) }
})
after(async () => {
  await browser?.close()
  await host?.stop()
  await parley?.stop()
  await talker?.stop()
})

/** Signs in and sits down at the inbox. Whatever is done with the mouse ends the test. */
async function sit(name) {
  const member = await business.hire(name)
  const page = await visit(browser)
  for (const device of ['mouse', 'touchscreen']) {
    for (const act of ['click', 'tap', 'move', 'wheel']) if (page[device][act]) page[device][act] = () => assert.fail('agents have no mouse here')
  }
  const agent = new Agent(page, member, parley.origin)
  await agent.go('/sign-in?next=/conversations')
  await page.getByLabel('Email').waitFor()
  await agent.tabTo(page.getByLabel('Email'))
  await page.keyboard.type(member.email)
  await agent.tabTo(page.getByLabel('Password', { exact: true }))
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Queues' }).waitFor()
  return agent
}

/** What all three are shown of the answer that is being written. */
const written = (text) => Promise.all([visitor.messages, ada.log, ben.log].map((log) => log.getByText(text).waitFor()))

test('both agents watch the bot answer, word by word, as the visitor does', async () => {
  ;[ada, ben] = await Promise.all([sit('Ada Lovelace'), sit('Ben King')])
  visitor = new Visitor(await visit(browser))
  visitor.frames = recordFrames(visitor.page)
  await visitor.open(host.origin)
  talker.reply = () => long
  talker.limit = 10
  await visitor.ask('May I return my bicycle?')
  for (const agent of [ada, ben]) {
    await agent.press('g', 'b')
    await agent.page.getByRole('link', { name: /May I return my bicycle|word/ }).waitFor()
    await agent.press('j', 'Enter')
    await agent.log.waitFor()
  }
  await written(/word9 word10$/)
  talker.limit = 20
  await written(/word19 word20$/)
  conversation = new URL(ada.page.url()).pathname.split('/').pop()
  assert.equal(new URL(ben.page.url()).pathname.split('/').pop(), conversation)
  await ada.page.getByText('Also here').waitFor({ state: 'attached' })
})

test('one of them takes over in mid-answer: the visitor is told, and the bot falls silent', async () => {
  await ada.take()
  await visitor.messages.getByText('Ada Lovelace has joined.').waitFor()
  await ben.state.getByText('Ada Lovelace has it').waitFor()
  await until('the model is told to stop', () => talker.calls[0].cancelled)
  talker.limit = Infinity
  const { received } = visitor.frames
  const taken = received.findIndex(({ type, data }) => type === 'status.changed' && data.status === 'agent')
  assert.deepEqual(received.slice(taken).filter(({ type }) => type.startsWith('message.')), [])
  assert.equal(received.filter(({ type }) => type === 'message.interrupted')[0].data.reason, 'takeover')
})

test('they talk: each sees that the other writes, and that what they wrote was read', async () => {
  await until('the agent may write at once', () => ada.composer.evaluate((element) => element === document.activeElement))
  await ada.keyboard.type('Hello, I am Ada.')
  await visitor.page.getByRole('img', { name: 'Ada Lovelace is writing' }).waitFor()
  await ada.keyboard.press('Enter')
  await visitor.messages.getByText('Hello, I am Ada.').waitFor()
  await ada.log.getByText('Seen').waitFor()
  await visitor.page.getByRole('textbox', { name: 'Write a message…' }).pressSequentially('It is the red one')
  await ada.log.getByText(/is writing/).waitFor()
  await visitor.page.keyboard.press('Enter')
  await ada.sees('It is the red one')
  await visitor.messages.getByText('Seen').waitFor()
})

test('a saved reply is put in by its shortcut, with the names filled in', async () => {
  await business.call(business.owner, 'POST', 'replies', { shortcut: 'wait', title: 'A moment', text: 'One moment please, {{agent.name}} of {{company}} looks it up.' })
  await ada.write('r', ada.composer, '/wa')
  await ada.page.getByRole('option', { name: /A moment/ }).waitFor()
  await ada.keyboard.press('Enter')
  await until('it is in the field', async () => (await ada.composer.inputValue()) === 'One moment please, Ada Lovelace of Fernway Cycles looks it up.')
  await ada.keyboard.press('Enter')
  await visitor.messages.getByText('One moment please, Ada Lovelace of Fernway Cycles looks it up.').waitFor()
})

test('the first hands over to the second, who writes, and says to her alone what nobody else is to know', async () => {
  await ada.press('a')
  await ada.choose('Ben King')
  await visitor.messages.getByText('Ben King has taken over from Ada Lovelace.').waitFor()
  await ben.state.getByText('You have it').waitFor()
  await ada.state.getByText('Ben King has it').waitFor()
  await ada.press('g', 'm') // and turns to other things
  await ada.page.getByText('Nothing is with you').waitFor()

  await ben.reply('You get 212 euros back for it.')
  await visitor.messages.getByText('You get 212 euros back for it.').waitFor()
  await ben.write('n', ben.noteField, '@Ada')
  await ben.page.getByRole('option', { name: /Ada Lovelace/ }).waitFor()
  await ben.keyboard.press('Enter')
  await ben.keyboard.type(secret)
  await ben.keyboard.press('Enter')
  await ben.sees(secret)

  await ada.page.getByRole('link', { name: /^Mentions\s*1$/ }).waitFor()
  await ada.find('Mentions')
  await until('the list of mentions is shown', () => ada.page.url().includes('queue=mentions'))
  await ada.page.locator('[data-conversation]').waitFor()
  await ada.press('j', 'Enter')
  await ada.sees(secret)
})

test('given back, the bot knows what the person said', async () => {
  talker.reply = (messages) => `As you were told, it is ${/\d+ euros/.exec(messages.findLast(({ content }) => /\d+ euros/.test(content))?.content ?? 'not known')}.`
  await ben.press('b')
  await visitor.messages.getByText('Ben King has left. The AI assistant answers again.').waitFor()
  await visitor.ask('How much money do I get back for the bicycle?')
  await written('As you were told, it is 212 euros.')
  await visitor.answered(1)
  assert.equal(talker.calls.length, 2)
})

test('each window shows what the log has, entry by entry; the visitor’s knows nothing of the note', async () => {
  const events = await business.log(conversation)
  const { items: notes } = await business.call(business.owner, 'GET', `conversations/${conversation}/notes`)
  assert.deepEqual(notes.map(({ author, text, mentions }) => ({ author: author.name, text, mentions })), [
    { author: 'Ben King', text: `@Ada Lovelace ${secret}`, mentions: [ada.member.user] },
  ])
  const all = logged(events, 'Fernway', notes)
  assert.ok(all.length > 10)
  for (const agent of [ada, ben]) assert.deepEqual(await shownToAgent(agent.log), all)
  assert.deepEqual(await shownToVisitor(visitor.messages), logged(events, 'Fernway'))
  assert.ok(!JSON.stringify(visitor.frames.received).includes(secret))
  assert.equal(await visitor.page.getByText(secret).count(), 0)
  for (const { page } of [ada, ben, visitor]) assert.deepEqual(page.errors, [])
})

test('axe finds nothing to improve on the way', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await ada.paint(colorScheme)
    await audit(ada.page)
  }
})
