/** What visitors agree to: asked for by an owner, given in the chat, and shown to agents. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent } from './harness/agent.mjs'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { startHost } from './harness/host.mjs'
import { Parley } from './harness/parley.mjs'
import { Visitor } from './harness/visitor.mjs'

const first = 'I agree that Fernway Cycles keeps what I write, to answer me. More in its [privacy notice](https://fernway.example/privacy).'
const second = 'I agree that Fernway Cycles keeps what I write for a year.'

let browser, parley, host, business, bot, owner, agent, visitor, conversation

before(async () => {
  browser = await launch()
  parley = await Parley.start([], { PARLEY_LIMITS: 'off' })
  business = await Business.open(parley)
  const pages = {}
  host = await startHost(pages)
  bot = await business.bot({ origins: [host.origin], texts: [{ title: 'Returns', text: 'A bicycle may be returned within 45 days.' }] })
  pages['/'] = { snippet: business.snippet(bot) }
  owner = await visit(browser)
  await business.admit(owner, business.owner)
  const ada = await business.hire('Ada Lovelace')
  agent = new Agent(await visit(browser), ada, parley.origin)
  await business.admit(agent.page, ada)
  visitor = new Visitor(await visit(browser))
})
after(async () => {
  await browser?.close()
  await host?.stop()
  await parley?.stop()
})

const terms = () => visitor.page.getByRole('region', { name: 'Terms of this chat' })
const field = () => visitor.page.getByRole('dialog').getByRole('textbox')
const agreed = () => agent.page.getByText(/^Agreed on/)

/** The owner's text is put in its place on the page of the bot's looks. */
async function ask(text) {
  await owner.goto(`${parley.origin}/bots/${bot}/appearance`)
  await owner.getByRole('heading', { name: 'Consent' }).waitFor()
  await owner.getByLabel('Text', { exact: true }).fill(text)
  await owner.getByLabel('Nobody writes before they agree').setChecked(true)
  await owner.getByRole('button', { name: 'Save' }).click()
  await owner.getByText('Saved', { exact: true }).waitFor()
}

test('an owner asks for it, in words with a link', async () => {
  await ask(first)
  await audit(owner)
  assert.deepEqual(owner.errors, [])
})

test('nobody writes before they agree', async () => {
  await visitor.open(host.origin)
  await terms().getByText('I agree that Fernway Cycles keeps what I write, to answer me.').waitFor()
  const link = terms().getByRole('link', { name: 'privacy notice' })
  assert.equal(await link.getAttribute('href'), 'https://fernway.example/privacy')
  assert.equal(await field().isEditable(), false)
  await field().focus()
  await visitor.page.keyboard.type('May I return it?')
  await visitor.page.keyboard.press('Enter')
  assert.equal(await field().inputValue(), '')
  assert.equal(await visitor.messages.getByText('May I return it?').count(), 0)
  for (const colorScheme of ['dark', 'light']) {
    await visitor.page.emulateMedia({ colorScheme })
    await audit(visitor.page, '[data-parley]')
  }
})

test('who agrees writes, is answered, and is not asked again', async () => {
  await terms().getByRole('button', { name: 'I agree' }).focus()
  await visitor.page.keyboard.press('Enter')
  await terms().waitFor({ state: 'detached' })
  await until('the field has the keyboard', () => field().evaluate((element) => element.getRootNode().activeElement === element))
  await visitor.ask('How many days do I have to return a bicycle?')
  await visitor.answered(1)
  await audit(visitor.page, '[data-parley]')
  await visitor.page.reload()
  await visitor.messages.getByText('How many days do I have to return a bicycle?').waitFor()
  await until('they may write', () => field().isEditable())
  assert.equal(await terms().count(), 0)
  ;[{ id: conversation }] = (await business.call(business.owner, 'GET', 'conversations')).items
})

test('an agent sees to which words, and when', async () => {
  await agent.read(conversation)
  await agreed().waitFor()
  await agent.page.getByText('I agree that Fernway Cycles keeps what I write, to answer me.').waitFor()
  const at = new Date(await agreed().locator('time').getAttribute('datetime'))
  assert.ok(Math.abs(Date.now() - at) < 600_000)
  await audit(agent.page)
  assert.deepEqual(agent.page.errors, [])
})

test('a changed text is asked again, and both are kept', async () => {
  await ask(second)
  await until('the visitor is asked for the new one', async () => {
    await visitor.page.reload()
    await visitor.messages.getByText('How many days do I have to return a bicycle?').waitFor()
    await until('the chat knows its terms', async () => (await terms().count()) > 0 || (await field().isEditable()))
    return terms().getByText(second).count()
  })
  assert.equal(await field().isEditable(), false)
  await terms().getByRole('button', { name: 'I agree' }).click()
  await terms().waitFor({ state: 'detached' })
  await visitor.ask('And a bell?')
  await agent.page.reload()
  await agent.page.getByText(second).waitFor()
  assert.equal(await agreed().count(), 2)
  await agent.page.getByText('I agree that Fernway Cycles keeps what I write, to answer me.').waitFor()
})
