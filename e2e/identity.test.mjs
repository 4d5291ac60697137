/** Customers whom a business knows, and pages where its chat may not run: the real server, a real browser, a page of another origin. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { launch, until, visit } from './harness/browser.mjs'
import { startHost } from './harness/host.mjs'
import { Parley } from './harness/parley.mjs'
import { openChat } from './harness/visitor.mjs'

const password = 'correct horse battery staple'

describe('a customer whom the business knows', () => {
  let browser, parley, host, bot, secret, token
  const pages = {}

  const api = async (method, path, body, as = token) => {
    const response = await fetch(`${parley.origin}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(as && { Authorization: `Bearer ${as}` }) },
      body: body && JSON.stringify(body),
    })
    assert.ok(response.ok, `${method} ${path}: ${response.status}`)
    return response.status === 204 ? undefined : response.json()
  }
  /** What the business's server writes into its page, as docs/widget.md says. */
  const signed = (id, name = '', email = '') => {
    const expires = Math.floor(Date.now() / 1000) + 3600
    const signature = createHmac('sha256', secret).update([id, name, email, expires].join('\n')).digest('hex')
    return JSON.stringify({ id, name, email, expires, signature })
  }
  const line = (identity = '') => `<script src="${parley.origin}/widget.js" data-bot="${bot}" ${identity && `data-identity='${identity}'`} async></script>`

  /** Opens the chat on a page, in a browser of its own unless one is given. */
  const chat = async (path, page) => {
    page ??= await visit(browser)
    await page.goto(host.origin + path)
    await openChat(page)
    return page
  }
  const say = async (page, text) => {
    const field = page.getByRole('textbox', { name: 'Write a message…' })
    await field.fill(text)
    await field.press('Enter')
    await until('the message is kept', async () => (await api('GET', '/conversations')).items.some((one) => one.seq > 0 && one.preview))
  }
  const log = (page) => page.getByRole('log', { name: 'Messages' })

  before(async () => {
    browser = await launch()
    parley = await Parley.start([], { PARLEY_LIMITS: 'off' })
    token = (await api('POST', '/auth/register', { email: 'mia@fernway.example', password, company: 'Fernway' }, null)).access_token
    bot = (await api('POST', '/bots', { name: 'Fernway helper' })).id
    secret = (await api('POST', `/bots/${bot}/identity/secrets`)).secret
    host = await startHost(pages)
    await api('PUT', `/bots/${bot}/domains`, { domains: [new URL(host.origin).host] })
    pages['/account'] = { snippet: line(signed('4711', 'Mia Moss', 'mia@shop.example')) }
    pages['/neighbour'] = { snippet: line(signed('4712')) }
    pages['/forged'] = { snippet: line(signed('4712').replace('4712', '4711')) }
    pages['/'] = { snippet: line() }
  })
  after(async () => {
    await browser?.close()
    await host?.stop()
    await parley?.stop()
  })

  test('finds their conversation on another device', async () => {
    const desk = await chat('/account')
    await say(desk, 'My bicycle creaks.')
    await desk.context().close()
    const phone = await chat('/account')
    await log(phone).getByText('My bicycle creaks.').waitFor()
    const [conversation] = (await api('GET', '/conversations')).items
    await until('their name is the contact', async () => (await api('GET', `/conversations/${conversation.id}`)).contact?.name === 'Mia Moss')
    // Whoever uses this browser next reads nothing of it, with or without an account of their own.
    for (const path of ['/', '/neighbour']) {
      await chat(path, phone)
      await phone.getByRole('textbox', { name: 'Write a message…' }).waitFor()
      await until('the chat is fresh', async () => (await log(phone).getByText('My bicycle creaks.').count()) === 0)
    }
    await chat('/account', phone)
    await log(phone).getByText('My bicycle creaks.').waitFor()
    await phone.context().close()
  })

  test('is nobody without a good signature, and the console says so', async () => {
    const page = await visit(browser)
    const errors = []
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await chat('/forged', page)
    await until('the console says why', () => errors.some((text) => text.includes('data-identity') && text.includes(`${parley.origin}/bots/${bot}/install`)))
    assert.equal(await log(page).getByText('My bicycle creaks.').count(), 0)
    await page.context().close()
  })

  test('is asked for where the bot is for known customers only', async () => {
    await api('PUT', `/bots/${bot}/identity`, { required: true })
    const page = await visit(browser)
    const errors = []
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await chat('/', page)
    await until('the console says why', () => errors.some((text) => text.includes('does not know this visitor')))
    // The page's own script signs them in.
    await page.evaluate((identity) => window.Parley.identify(JSON.parse(identity)), signed('4711'))
    await log(page).getByText('My bicycle creaks.').waitFor()
    await page.context().close()
    await api('PUT', `/bots/${bot}/identity`, { required: false })
  })

  test('and a page on a domain that is not allowed says where to allow it', async () => {
    await api('PUT', `/bots/${bot}/domains`, { domains: [] })
    const page = await visit(browser)
    const errors = []
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await chat('/', page)
    await until('the console says where', () => errors.some((text) => text.includes(`may not run on ${host.origin}`) && text.includes(`${parley.origin}/bots/${bot}/install`)))
    await page.context().close()
  })
})
