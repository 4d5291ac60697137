/** Whoever runs the installation: in pages, beside a business that decides what they may look at. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { Parley } from './harness/parley.mjs'

const plans = `
default: free
plans:
  - id: free
    name: Free
    about: To begin with.
    limits: { answers: 100, bots: 2, seats: 3 }
    features: [api, webhooks, identity, second_factor]
  - id: gold
    name: Gold
    about: For those who helped us.
    hidden: true
    limits: { answers: 5000 }
    features: [api, webhooks, identity, second_factor]
`

let browser, folder, parley, settings, acme, platform, bot, page

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-plans-'))
  const file = join(folder, 'plans.yaml')
  await writeFile(file, plans)
  settings = { PARLEY_PLANS: file }
  browser = await launch()
  parley = await Parley.start([], settings)
  platform = await Business.open(parley, { company: 'Platform Works', name: 'Oz Smith', email: 'oz@platform.example' })
  acme = await Business.open(parley)
  bot = await acme.bot({ name: 'Fernway guide', texts: [{ title: 'Returns', text: 'You have forty-five days to return a lamp.' }] })
  await acme.call(acme.owner, 'POST', `bots/${bot}/answers`, { text: 'How many days do I have to return a lamp?' })
  page = await visit(browser)
  await platform.admit(page, platform.owner)
})
after(async () => {
  await browser?.close()
  await parley?.stop()
  await rm(folder, { recursive: true, force: true })
})

const go = (path) => page.goto(parley.origin + path)
const button = (name) => page.getByRole('button', { name, exact: true })
const field = (label) => page.getByLabel(label, { exact: true })
const heading = (name) => page.getByRole('heading', { name, exact: true })
const menu = () => page.getByRole('navigation', { name: 'Main' })

/** The page as it is now, for those who do not see it well. */
async function looked() {
  await audit(page)
  assert.deepEqual(page.errors, [])
}

async function openAcme() {
  await go('/operator')
  await page.getByRole('link', { name: 'Fernway Cycles' }).click()
  await heading('Fernway Cycles').waitFor()
}

test('the pages are for those whom the command line made operators', async () => {
  await go('/operator')
  await page.getByText('This is for whoever runs this service').waitFor()
  assert.equal(await menu().getByRole('link', { name: 'Operator' }).count(), 0)
  await looked()
  await parley.down()
  assert.match(parley.command('operator', 'grant', 'oz@platform.example'), /^oz@platform\.example \(usr_/)
  assert.match(parley.command('operator', 'list'), /^oz@platform\.example\tusr_/)
  await parley.up(settings)
  await go('/')
  await menu().getByRole('link', { name: 'Operator' }).click()
  await heading('Businesses').waitFor()
})

test('businesses are listed with what they have, and found', async () => {
  await go('/operator/tenants')
  await page.getByRole('row', { name: /Platform Works/ }).waitFor()
  await page.getByRole('row', { name: /Fernway Cycles.*Free.*Active.*1 of 100/ }).waitFor()
  await looked()
  await field('Name or id').fill('fernw')
  await until('the other is left out', async () => (await page.getByRole('row', { name: /Platform Works/ }).count()) === 0)
  await page.getByRole('row', { name: /Fernway Cycles/ }).waitFor()
  await field('Status').selectOption('Paused')
  await page.getByText('No business is like that').waitFor()
  await looked()
})

test('a plan that nobody can buy is given, and counts at once', async () => {
  await openAcme()
  await looked()
  await button('Give another plan').click()
  await field('Choose a plan').selectOption('Gold')
  await field('Why').fill('They told us of a fault.')
  await looked()
  await button('Give plan').click()
  await page.getByText('Fernway Cycles has Gold now.').waitFor()
  await page.getByText('0 of 5,000').waitFor() // whose months begin with it
  const { plan, assigned } = await acme.call(acme.owner, 'GET', 'subscription')
  assert.deepEqual([plan.id, assigned], ['gold', true])
})

test('a business is suspended with a reason, which its people read, and resumed', async () => {
  await button('Suspend').click()
  await field('Why').fill('Spam was sent to our visitors.')
  await looked()
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
  await page.getByText('“Spam was sent to our visitors.”').waitFor()
  await looked()
  const { status, suspension } = await acme.call(acme.owner, 'GET', 'subscription')
  assert.deepEqual([status, suspension.reason], ['suspended', 'Spam was sent to our visitors.'])
  await button('Resume').click()
  await page.getByText('Fernway Cycles is resumed.').waitFor()
  await until('it is active again', async () => (await acme.call(acme.owner, 'GET', 'subscription')).status === 'active')
})

test('a visit takes the consent of the owner, only looks, and ends when that is withdrawn', async () => {
  await openAcme()
  await page.getByText('No owner allows it now.').waitFor()
  assert.equal(await button('Visit').isDisabled(), true)
  assert.equal(await page.getByText('mia@fernway.example').count(), 0, 'whom to write to is not theirs to know')

  await acme.call(acme.owner, 'PUT', 'tenant/support-access', { until: new Date(Date.now() + 3_600_000).toISOString() })
  await page.reload()
  await page.getByRole('link', { name: 'mia@fernway.example' }).waitFor()
  await button('Visit').click()
  await field('Why').fill('You asked why lamps are not found.')
  await looked()
  await page.getByRole('dialog').getByRole('button', { name: 'Visit' }).click()
  await page.getByText('You are visiting Fernway Cycles until').waitFor()
  await button('Fernway guide').click()
  await page.getByText('Returns', { exact: true }).waitFor()
  await page.getByRole('button', { name: /return a lamp/ }).click()
  await page.getByText(/^Bot You have forty-five days to return a lamp/).waitFor()
  await looked()

  await acme.call(acme.owner, 'DELETE', 'tenant/support-access')
  await button('End visit').click()
  await heading('Visit').waitFor()
  await page.reload()
  await page.getByText('No owner allows it now.').waitFor()

  const { items } = await acme.call(acme.owner, 'GET', 'audit-log?limit=200')
  const byOperator = items.filter(({ actor }) => actor.kind === 'operator')
  assert.ok(byOperator.every(({ actor }) => actor.name === 'Oz Smith'))
  for (const action of ['assignPlan', 'suspendTenant', 'resumeTenant', 'visitTenant', 'listBots', 'listSources', 'listConversations', 'listEvents'])
    assert.ok(byOperator.some((entry) => entry.action === action && entry.outcome === 'ok'), `${action} is not in the log of the business`)
})

test('who is visited while consent is withdrawn is left at once', async () => {
  await acme.call(acme.owner, 'PUT', 'tenant/support-access', { until: new Date(Date.now() + 3_600_000).toISOString() })
  await openAcme()
  await button('Visit').click()
  await field('Why').fill('Once more.')
  await page.getByRole('dialog').getByRole('button', { name: 'Visit' }).click()
  await button('Fernway guide').waitFor()
  await acme.call(acme.owner, 'DELETE', 'tenant/support-access')
  await button('Fernway guide').click()
  await page.getByText('The visit is over').waitFor()
  await looked()
})

test('where nothing is sold nothing leads to payments, and their pages say why they are empty', async () => {
  await go('/operator/tenants')
  await page.getByRole('columnheader', { name: 'Cost' }).waitFor()
  for (const name of ['Pays a month', 'Margin']) assert.equal(await page.getByRole('columnheader', { name }).count(), 0, name)
  for (const name of ['Revenue', 'Events', 'Comparison']) assert.equal(await page.getByRole('link', { name }).count(), 0, name)
  await go('/operator/revenue')
  await page.getByText('Nothing is sold here').waitFor()
  await page.getByText('Monthly recurring revenue').waitFor()
  await looked()
  await go('/operator/events')
  await page.getByText('Nothing was told').waitFor()
  await looked()
  await go('/operator/differences')
  await page.getByText('No comparison was made yet').waitFor()
  await button('Compare now').click()
  await page.getByRole('alert').waitFor()
  await looked()
})

test('who is no operator any more is refused at once', async () => {
  await parley.down()
  assert.match(parley.command('operator', 'revoke', 'oz@platform.example'), /does not run this installation any more/)
  await parley.up(settings)
  await go('/operator/tenants')
  await page.getByText('This is for whoever runs this service').waitFor()
  await assert.rejects(platform.call(platform.owner, 'GET', 'operator/tenants'), /403/)
})
