/** A conversation of several hundred messages: its end is there at once, and what was before comes as somebody scrolls up. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent } from './harness/agent.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { Parley } from './harness/parley.mjs'
import { seed } from './harness/tools.mjs'

const messages = 700
const page = 200 // of the API

let browser, parley, business, conversation, agent, asked

before(async () => {
  browser = await launch()
  parley = await Parley.start()
  business = await Business.open(parley)
  const bot = await business.bot({})
  await parley.down()
  await seed({ parley, tenant: business.owner.tenant, bot, conversations: 1, messages })
  await parley.up()
  conversation = (await business.call(business.owner, 'GET', 'conversations')).items[0]
  agent = new Agent(await visit(browser), business.owner, parley.origin)
  await business.admit(agent.page, business.owner)
  asked = []
  agent.page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname.endsWith('/events')) asked.push(Number(searchParams.get('after')))
  })
})
after(async () => {
  await browser?.close()
  await parley?.stop()
})

/** The lines of the log: what each says, and how far below the view's top it begins. */
const lines = () =>
  agent.log.evaluate((view) => {
    const { top } = view.getBoundingClientRect()
    return [...view.querySelectorAll('[data-line]')].map((line) => ({ text: line.querySelector('[data-state], p[title]').textContent, top: line.getBoundingClientRect().top - top }))
  })
const numberOf = ({ text }) => Number(/^\d+/.exec(text)?.[0] ?? 1)
const earlier = () => agent.page.getByRole('button', { name: 'Show earlier messages' })

/** Scrolls to so many pixels below the top, and says which line is the first in view at that instant. */
const scrollTo = (top) =>
  agent.log.evaluate((view, to) => {
    view.scrollTop = to
    const edge = view.getBoundingClientRect().top
    const line = [...view.querySelectorAll('[data-line]')].find((one) => one.getBoundingClientRect().bottom > edge)
    return { text: line.querySelector('[data-state], p[title]').textContent, top: line.getBoundingClientRect().top - edge }
  }, top)

const stays = async (before) => {
  const now = (await lines()).find(({ text }) => text === before.text)
  assert.ok(Math.abs(now.top - before.top) <= 1, `${before.text} began at ${before.top}, and then at ${now.top}`)
}

test('it opens with its end, of which alone it has asked', async () => {
  await agent.read(conversation.id)
  await agent.sees(`${messages}. `)
  await until('the whole page is drawn', async () => numberOf((await lines())[0]) === conversation.seq - page + 1)
  assert.ok(asked.every((after) => after >= conversation.seq - page), `it asked for what is after ${asked}`)
  const left = await agent.log.evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight)
  assert.ok(left <= 1, 'its end is in view')
})

test('whoever scrolls up is shown what was before, and nothing moves below their eyes', async () => {
  for (const top of [300, 0, 0]) {
    const before = numberOf((await lines())[0])
    const reading = await scrollTo(top)
    const first = Math.max(1, before - page)
    await until(`message ${first} is there`, async () => numberOf((await lines())[0]) <= first)
    await stays(reading)
  }
  assert.equal(await earlier().count(), 0)
  assert.deepEqual((await lines()).slice(0, messages).map(numberOf), Array.from({ length: messages }, (_, i) => i + 1))
})

test('what happens at the end meanwhile does not move it, and is there', async () => {
  const reading = await scrollTo(2_000)
  await business.call(business.owner, 'PUT', `conversations/${conversation.id}/assignment`, {})
  await agent.sees('took over')
  await stays(reading)
  assert.match((await lines()).at(-1).text, /took over$/)
  assert.deepEqual(agent.page.errors, [])
})
