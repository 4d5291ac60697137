/**
 * Whatever people write is text: in each field of the widget and of the dashboard, and wherever it comes back. No dialog, no script, no page that
 * breaks. The lines are those of fixtures/bad-input.txt; with PARLEY_EVAL_DATA=folder all of its bad-input/*.txt, too.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { launch, until, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { root } from './harness/files.mjs'
import { Guest } from './harness/guest.mjs'
import { startHost } from './harness/host.mjs'
import { Parley } from './harness/parley.mjs'
import { Visitor } from './harness/visitor.mjs'

const read = (file) => readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() && line.length < 4000)
const given = process.env.PARLEY_EVAL_DATA && join(process.env.PARLEY_EVAL_DATA, 'bad-input')
const few = read(join(root, 'e2e/fixtures/bad-input.txt'))
const all = [...few, ...(given ? readdirSync(given).filter((name) => name.endsWith('.txt')).flatMap((name) => read(join(given, name))) : [])]
/** As many go into one conversation: an inbox shows it whole. */
const atOnce = 100

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

/** A page that notes whatever runs in it that is not ours. */
async function watched(options) {
  const page = await visit(browser, options)
  page.dialogs = []
  page.on('dialog', (dialog) => (page.dialogs.push(dialog.message()), dialog.dismiss()))
  await page.addInitScript(() => {
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => (document.documentElement.dataset.ran = name)
  })
  return page
}

/** What is in a page, and in its shadows, that no text should have become. */
const intruders = () => {
  const found = []
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      const name = element.localName
      const src = element.getAttribute('src') ?? element.getAttribute('data') ?? ''
      if (['object', 'embed', 'base', 'math', 'marquee', 'xmp'].includes(name)) found.push(element.outerHTML)
      if (name === 'script' && !element.src.startsWith(location.origin) && !element.src.includes('/widget')) found.push(element.outerHTML)
      if (name === 'iframe' && !(element.src ?? '').startsWith(location.origin)) found.push(element.outerHTML)
      if (/^\s*javascript:/i.test(element.getAttribute('href') ?? '') || /^\s*javascript:/i.test(src)) found.push(element.outerHTML)
      for (const { name: attribute } of element.attributes) if (attribute.startsWith('on')) found.push(element.outerHTML)
      if (element.shadowRoot) look(element.shadowRoot)
    }
  }
  look(document)
  if (document.documentElement.dataset.ran) found.push(`${document.documentElement.dataset.ran}() ran`)
  return found.map((html) => html.slice(0, 300))
}

async function unharmed(page, where) {
  assert.deepEqual(await page.evaluate(intruders), [], where)
  assert.deepEqual(page.dialogs, [], where)
  assert.deepEqual(page.errors, [], where)
}

describe('bad input', () => {
  let parley, business, bot, host
  const pages = {}
  const conversations = []
  const refused = []

  /** Asks for something that may be refused, but not fail. */
  const may = async (method, path, body) => {
    try {
      return await business.call(business.owner, method, path, body)
    } catch (error) {
      assert.match(error.message, /: (400|404|409|413|422) /, `${method} ${path} of ${JSON.stringify(body).slice(0, 200)}`)
      refused.push(path)
    }
  }

  before(async () => {
    parley = await Parley.start([], { PARLEY_LIMITS: 'off' })
    business = await Business.open(parley, { company: '<script>alert(1)</script>', name: '"><img src=x onerror=alert(1)>' })
    host = await startHost(pages)
    bot = await business.bot({ name: "'><svg/onload=alert(1)>", origins: [host.origin], texts: [{ title: 'Returns', text: 'Returns are accepted within seven days.' }] })
    pages['/'] = { snippet: business.snippet(bot) }
  })
  after(async () => {
    await host?.stop()
    await parley?.stop()
  })

  test('is taken, or refused in words, by each field of the API', async () => {
    for (const line of few) {
      await may('POST', 'labels', { name: line.slice(0, 30), color: '#3455db' })
      await may('POST', 'replies', { shortcut: line.slice(0, 20), text: line })
      await may('POST', `bots/${bot}/tests`, { text: line, phrase: line })
      await may('POST', `bots/${bot}/search`, { query: line })
      await may('PATCH', 'me', { name: line })
      await may('POST', 'invitations', { email: `${line}@shop.example`, role: 'agent' })
      await may('PUT', `bots/${bot}/domains`, { domains: [line, new URL(host.origin).host] })
      await may('POST', 'webhooks', { url: line })
      await may('POST', 'api-keys', { name: line, scopes: ['read'] })
    }
    for (const line of all) await may('POST', `bots/${bot}/sources`, { title: line.slice(0, 200), text: `${line}\n\nWhat is this?` })
    await may('POST', `bots/${bot}/sources`, { title: 'Pairs', faq: few.map((line) => ({ question: line, answer: line })) })
    await business.call(business.owner, 'PUT', `bots/${bot}/domains`, { domains: [new URL(host.origin).host] })
    await business.call(business.owner, 'PATCH', `bots/${bot}`, { settings: { greeting: few.slice(0, 5).join('\n') } })
    const look = await business.call(business.owner, 'GET', `bots/${bot}/appearance`)
    await may('PUT', `bots/${bot}/appearance`, { ...look, title: few[1].slice(0, 40), starters: few.slice(2, 6).map((line) => line.slice(0, 60)) })
  })

  test('is said by visitors, answered and noted', { timeout: 900_000 }, async () => {
    for (let start = 0; start < all.length; start += atOnce) {
      const guest = await Guest.come({ parley, bot, origin: host.origin, page: `${host.origin}/?q=${encodeURIComponent(all[start])}` })
      conversations.push({ id: guest.conversation })
      await guest.ask('contact.set', { name: all[start].slice(0, 100) }).catch(() => {})
      for (const [number, line] of all.slice(start, start + atOnce).entries()) {
        await guest.send(line)
        if (number % 10 === 9) await until('ten answers have ended', () => guest.frames.filter(({ type }) => /message\.(completed|interrupted)/.test(type)).length > number - 10, 60_000)
      }
      for (const line of few) await may('POST', `conversations/${guest.conversation}/notes`, { text: line })
      guest.leave()
    }
  })

  test('is text in the widget, where it was written and after a reload', async () => {
    const page = await watched()
    const visitor = new Visitor(page)
    await visitor.open(host.origin)
    for (const line of few) {
      const field = page.getByRole('textbox', { name: 'Write a message…' })
      await field.fill(line)
      await field.press('Enter')
    }
    const has = async () => (await visitor.messages.evaluate((log) => log.textContent)) ?? ''
    const missing = async () => { const text = await has(); return few.filter((line) => !text.includes(line.trim())) }
    await until('all is shown', async () => (await missing()).length === 0, 120_000).catch(async (error) => assert.deepEqual(await missing(), [], String(error)))
    await unharmed(page, 'the widget')
    await page.reload()
    await visitor.messages.waitFor() // a chat that was open opens again by itself
    await until('all is shown again', async () => (await missing()).length === 0, 120_000)
    await unharmed(page, 'the widget after a reload')
    for (const path of [`/chat/${bot}`, `/demo?bot=${bot}`]) {
      await page.goto(parley.origin + path)
      await page.waitForTimeout(300) // an open inbox is never idle
      await unharmed(page, path)
    }
    await page.context().close()
  })

  test('is text on each page of the dashboard', { timeout: 900_000 }, async () => {
    const page = await watched()
    await business.admit(page, business.owner)
    const paths = ['/', '/bots', '/team', '/labels', '/replies', '/profile', '/settings/general', '/settings/access', '/settings/privacy', '/settings/keys', '/settings/webhooks', '/settings/audit', '/settings/activity',
      ...['knowledge', 'settings', 'handoff', 'appearance', 'try', 'improve', 'tests', 'install'].map((name) => `/bots/${bot}/${name}`), '/inbox']
    for (const path of paths) {
      await page.goto(parley.origin + path)
      await page.locator('nav, main').first().waitFor().catch((error) => assert.fail(`${path} shows nothing: ${error}`))
      await page.waitForTimeout(300) // an open inbox is never idle
      await unharmed(page, path)
    }
    for (const { id } of conversations) {
      await page.goto(`${parley.origin}/inbox/${id}`)
      await page.locator('nav, main').first().waitFor()
      await page.waitForTimeout(2000) // a long log shows the part that is looked at: its end
      await unharmed(page, `/inbox/${id}`)
    }
    await page.context().close()
  })
})
