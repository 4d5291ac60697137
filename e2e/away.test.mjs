/** The network goes for half a minute while two agents write; one of them loads the page again meanwhile. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent } from './harness/agent.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { Guest } from './harness/guest.mjs'
import { Parley } from './harness/parley.mjs'
import { startProxy } from './harness/tools.mjs'
import { logged, shownToAgent } from './harness/views.mjs'

const pulledFor = 30_000
const origin = 'http://localhost:9999' // the visitors have a network of their own

let browser, parley, proxy, business, bot, ada, ben

before(async () => {
  browser = await launch()
  parley = await Parley.start()
  proxy = await startProxy(parley.address)
  await parley.restart({ PARLEY_PUBLIC_URL: proxy.origin })
  business = await Business.open(parley)
  bot = await business.bot({ origins: [origin] })
})
after(async () => {
  await browser?.close()
  await proxy?.stop()
  await parley?.stop()
})

/** A visitor who waits for a person. */
async function come(question) {
  const guest = await Guest.come({ parley, bot, origin })
  await guest.send(question)
  await guest.heard('message.completed')
  await guest.ask('handoff.request')
  return guest
}

/** An agent who has one's conversation open and begins to answer. */
async function attend(name, guest, begun) {
  const member = await business.hire(name)
  const page = await visit(browser)
  await business.admit(page, member, proxy.origin)
  const agent = new Agent(page, member, proxy.origin)
  await agent.go('/conversations?queue=waiting')
  await agent.page.locator(`[data-conversation="${guest.conversation}"]`).waitFor()
  await agent.go(`/conversations/${guest.conversation}?queue=mine`)
  await agent.log.waitFor()
  await agent.take()
  await agent.page.locator(`[data-conversation="${guest.conversation}"]`).waitFor()
  await agent.write('r', agent.composer, begun)
  return agent
}

const listed = (agent) => agent.page.locator('[data-conversation]').evaluateAll((rows) => rows.map((row) => row.dataset.conversation).sort())
const inQueue = async (agent, queue) => (await business.call(agent.member, 'GET', `conversations?queue=${queue}`)).items.map(({ id }) => id).sort()
const texts = async (guest, name) => (await business.log(guest.conversation)).filter(({ data }) => data.author?.name === name && data.text).map(({ data }) => data.text)

test('while it is away drafts stay and messages wait, then each is sent once, and the lists are right without a reload', async () => {
  const [first, second, third] = await Promise.all([come('Where is my bicycle?'), come('Where is my bell?'), come('Where is my lamp?')])
  ada = await attend('Ada Lovelace', first, 'It has left')
  ben = await attend('Ben King', second, 'Your bell')

  const pulled = Date.now()
  await proxy.stall() // what was sent last goes nowhere, and nobody says so
  for (const { page } of [ada, ben]) await page.context().setOffline(true)
  for (const { page } of [ada, ben]) await page.getByText('You are offline.').waitFor()

  await ada.keyboard.type(' our workshop.')
  await ada.keyboard.press('Enter')
  await ada.keyboard.type('It comes on Monday.')
  await ada.keyboard.press('Enter')
  await ada.keyboard.type('And if it does not')
  await ada.sees('It has left our workshop.')
  await ada.sees('It comes on Monday.')
  await ben.keyboard.type(' is with the lamp.')
  await ben.keyboard.press('Enter')
  await ben.keyboard.type('Is there')
  await ben.page.reload({ timeout: 5_000 }).then(() => assert.fail('there is no network'), () => {})

  // Life goes on elsewhere.
  const late = await come('Is anybody there?')
  await first.send('Hello? Still there?')
  await business.call(business.owner, 'PUT', `conversations/${third.conversation}/status`, { status: 'closed' })
  await until('half of the time is over', () => Date.now() - pulled > pulledFor / 2, pulledFor)
  await proxy.refuse() // and now it is known that it is gone
  await proxy.reset()
  await ada.page.getByText('Not connected. What you write is kept').waitFor()
  await ada.log.getByText('Not sent yet').first().waitFor()
  assert.deepEqual([await texts(first, 'Ada Lovelace'), await texts(second, 'Ben King')], [[], []])
  await until('the time is over', () => Date.now() - pulled > pulledFor, pulledFor)

  await proxy.resume()
  await proxy.accept()
  for (const { page } of [ada, ben]) await page.context().setOffline(false)
  await ben.go(`/conversations/${second.conversation}?queue=mine`)
  await ada.page.getByText('You are offline.').waitFor({ state: 'detached' })
  await until('what was written has arrived', async () => (await texts(first, 'Ada Lovelace')).length === 2 && (await texts(second, 'Ben King')).length === 1, 60_000)
  await ada.sees('Hello? Still there?')
  for (const [agent, guest, draft] of [[ada, first, 'And if it does not'], [ben, second, 'Is there']]) {
    await agent.log.getByText(/Not sent|Sending/).first().waitFor({ state: 'detached' })
    const all = logged(await business.log(guest.conversation), 'Fernway', [])
    await until('the window shows the log', async () => (await shownToAgent(agent.log)).join('\n') === all.join('\n')).catch(() => {})
    assert.deepEqual(await shownToAgent(agent.log), all)
    assert.equal(await agent.composer.inputValue(), draft)
  }
  assert.deepEqual(await texts(first, 'Ada Lovelace'), ['It has left our workshop.', 'It comes on Monday.'])
  assert.deepEqual(await texts(second, 'Ben King'), ['Your bell is with the lamp.'])

  await until('the counts are right', async () => (await ada.page.getByRole('link', { name: /^Waiting\s*1$/ }).count()) === 1)
  await until('what is hers is listed', async () => String(await listed(ada)) === String(await inQueue(ada, 'mine')))
  await ada.press('g', 'w')
  await ada.page.locator(`[data-conversation="${late.conversation}"]`).waitFor()
  await until('who waits is listed', async () => String(await listed(ada)) === String(await inQueue(ada, 'waiting')))
  await ada.press('g', 'c')
  await ada.page.locator(`[data-conversation="${third.conversation}"]`).waitFor()
  assert.deepEqual(ada.page.errors, [])
})
