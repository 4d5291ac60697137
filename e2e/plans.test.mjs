/** Plans as a business meets them: tried, bought, used up, not paid and paid again. Only Stripe's edge is a stand-in. */
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business, password } from './harness/business.mjs'
import { root } from './harness/files.mjs'
import { startHost } from './harness/host.mjs'
import { Sold } from './harness/sold.mjs'
import { Visitor } from './harness/visitor.mjs'

const folder = join(root, 'screenshots')
const email = 'mia@fernway.example'

let browser, sold, page, business, bot, host, visitor

before(async () => {
  browser = await launch()
  sold = await Sold.open()
  page = await visit(browser)
  await mkdir(folder, { recursive: true })
})
after(async () => {
  await host?.stop()
  await browser?.close()
  await sold?.close()
})

const button = (name) => page.getByRole('button', { name, exact: true })
const go = (path) => page.goto(sold.parley.origin + path)

/** The page as it is now: for those who do not see it well, and for who looks at it later. */
async function looked(name) {
  await page.waitForLoadState('networkidle')
  await audit(page)
  assert.deepEqual(page.errors, [])
  await page.screenshot({ path: join(folder, `plans-${name}.png`), fullPage: true, animations: 'disabled' })
}

/** Goes to a page until a banner stands on it: nodes know of a change within a second. */
async function banner(words, path = '/') {
  await until(`a banner says “${words}”`, async () => {
    await go(path)
    await page.waitForLoadState('networkidle')
    return page.getByRole('complementary').filter({ hasText: words }).count()
  })
}

test('who looks at the plans is one click away from a trial', async () => {
  await go('/plans')
  await page.getByRole('heading', { name: 'Plans', level: 1 }).waitFor()
  await page.getByText('€29', { exact: true }).waitFor()
  await page.getByText('Yearly').click()
  await page.getByText('€290', { exact: true }).waitFor()
  await looked('1-offer')
  await page.getByRole('link', { name: 'Start free trial: Starter' }).click()
  await page.getByText('Starter, free for 14 days. No card is needed.').waitFor()
  await page.getByLabel('Business name').fill('Fernway Cycles')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await looked('2-register')
  await button('Create account').click()
  await page.getByRole('heading', { name: 'Get started' }).waitFor()
  await go('/settings/plan')
  await page.getByText(/You try it for free until/).waitFor()
  await looked('3-trial')
})

test('in a trial visitors are answered', async () => {
  business = new Business()
  business.parley = sold.parley
  business.owner = { email, ...(await business.call(undefined, 'POST', 'auth/login', { email, password })) }
  bot = await business.bot({ texts: [{ title: 'Returns', text: 'You may return an unused bicycle within 45 days of delivery.' }] })
  host = await startHost({ '/': { snippet: business.snippet(bot) } })
  await business.call(business.owner, 'PUT', `bots/${bot}/domains`, { domains: ['localhost:*'] })
  visitor = new Visitor(await visit(browser))
  await visitor.open(host.origin)
  await visitor.ask('How many days may I return a bicycle?')
  await visitor.answered(1)
})

test('a plan is bought at Stripe’s checkout, and counts as soon as Stripe has told of it', async () => {
  sold.stripe.daysAgo = 20 // so that a payment can have failed two weeks ago
  const pay = page.getByRole('heading', { name: 'Pay with the stand-in of Stripe' })
  await go('/settings/plan')
  await button('Buy Starter').click()
  await pay.waitFor()
  const other = page.url()
  await go('/settings/plan')
  await button('Buy Growth').click()
  await pay.waitFor()
  await button('Leave').click()
  await page.getByText(/You try it for free until/).waitFor()
  await page.goto(other) // of two pages the last one is left
  await page.getByRole('heading', { name: 'This page has expired' }).waitFor()
  await go('/settings/plan')
  await button('Buy Growth').click()
  await button('Pay').click()
  await page.getByText('Thank you. You have Growth now.').waitFor()
  await button('Cancel subscription').waitFor()
  await page.getByRole('row', { name: /E2E-0001/ }).waitFor()
  await looked('4-bought')
})

test('what is used is seen, from 80 % on and at the limit', async () => {
  await sold.use(business, bot, 8)
  await banner('80% of the answers of this month are used: 8 of 10.')
  await looked('5-nearly')
  await sold.use(business, bot, 10)
  await banner('All 10 answers of this month are used.')
  await looked('6-full')
  await visitor.ask('And may I return a saddle?')
  await visitor.messages.getByText(/wait|line/).last().waitFor()
  await visitor.page.screenshot({ path: join(folder, 'plans-6-full-visitor.png'), animations: 'disabled' })
  await go('/settings/usage')
  await page.getByRole('meter', { name: 'Answers' }).waitFor()
  assert.equal(await page.getByRole('meter', { name: 'Answers' }).getAttribute('aria-valuenow'), '10')
  await page.getByRole('img', { name: /^Answers: / }).waitFor()
  await looked('6-usage')
})

test('after a payment has failed everything works for two weeks', async () => {
  sold.stripe.daysAgo = 2
  await sold.stripe.fail()
  await banner('A payment is missing. Everything works until')
  await looked('7-past-due')
})

const resting = () => visitor.page.getByText('The chat is not available right now.')
const field = () => visitor.page.getByRole('textbox', { name: 'Write a message…' })

test('after two weeks chats rest, and the inbox opens still', async () => {
  await field().fill('One more thing')
  sold.stripe.daysAgo = 15 // what Stripe tells of then comes late: the first attempt
  await sold.stripe.fail()
  await banner('A payment is missing, and visitors are told that the chat is not available.')
  await looked('8-suspended')
  await resting().waitFor()
  assert.equal(await field().isEditable(), false)
  await visitor.page.screenshot({ path: join(folder, 'plans-8-suspended-visitor.png'), animations: 'disabled' })
  await go('/conversations?queue=waiting')
  await page.getByText('Your chats rest: visitors are told that the chat is not available.').waitFor()
  await page.getByRole('link', { name: /saddle/ }).waitFor()
  await looked('8-inbox')
})

test('once it is paid, all works again', async () => {
  sold.stripe.daysAgo = 0
  await go('/settings/plan')
  await button('Pay now').click()
  await button('Pay what is missing').click()
  await page.getByRole('heading', { name: 'Plan', level: 1 }).waitFor()
  await until('it is active', async () => (await business.call(business.owner, 'GET', 'subscription')).status === 'active')
  await page.reload()
  await button('Payment and addresses').waitFor()
  assert.equal(await page.getByText('the chat is not available').count(), 0)
  await looked('9-paid')
  // The visitor's page was never loaded again: who looks at the chat has it asked, and their draft is there.
  await until('the chat goes on', async () => {
    await visitor.page.getByRole('button', { name: 'Close chat' }).first().click()
    await visitor.page.getByRole('button', { name: 'Open chat' }).click()
    return field().isEditable()
  }, 60_000)
  assert.equal(await resting().count(), 0)
  assert.equal(await field().inputValue(), 'One more thing')
})

test('a larger plan is seen with its price before it is agreed to, and then visitors are answered again', async () => {
  await button('Change to Business').click()
  const dialog = page.getByRole('dialog', { name: 'Change to Business?' })
  await dialog.getByText('To pay now').waitFor()
  await looked('10-preview')
  await dialog.getByRole('button', { name: /change|Change/ }).click()
  await page.getByText('You have Business now.').waitFor()
  await until('it counts', async () => (await business.call(business.owner, 'GET', 'usage')).answers.limit > 10)
  const guest = new Visitor(await visit(browser))
  await guest.open(host.origin)
  await guest.ask('How many days may I return a bicycle?')
  await guest.answered(1)
  await guest.page.screenshot({ path: join(folder, 'plans-11-answered-visitor.png'), animations: 'disabled' })
})
