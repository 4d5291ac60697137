/** People and their businesses: one that is handed over, and one person in two. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business, password } from './harness/business.mjs'
import { Parley } from './harness/parley.mjs'

let browser, parley, fernway, mia

const go = (page, path) => page.goto(parley.origin + path)
const button = (page, name) => page.getByRole('button', { name, exact: true })
const field = (page, label) => page.getByLabel(label, { exact: true })
const heading = (page, name) => page.getByRole('heading', { name, exact: true })
const row = (page, name) => page.getByRole('region', { name: 'Members' }).getByRole('row').filter({ hasText: name })

/** The page as it is now, for those who do not see it well. */
async function looked(page) {
  await audit(page)
  assert.deepEqual(page.errors, [])
}

/** Invites somebody in the page of the team, and returns the link. */
async function invite(page, email, role) {
  await go(page, '/team')
  await button(page, 'Invite').click()
  await field(page, 'E-mail address').fill(email)
  await field(page, 'Role').selectOption(role)
  await button(page, 'Send invitation').click()
  return (await field(page, 'Link of the invitation').innerText()).trim()
}

before(async () => {
  browser = await launch()
  parley = await Parley.start([], { PARLEY_LIMITS: 'off' })
  fernway = await Business.open(parley)
  await fernway.bot({ name: 'Fernway helper' })
  mia = await visit(browser)
  await fernway.admit(mia, fernway.owner)
})
after(async () => {
  await browser?.close()
  await parley?.stop()
})

describe('a business that is handed over', () => {
  let sam
  const role = async (page) => (await (await page.request.get(`${parley.origin}/api/v1/me`)).json()).role

  test('to somebody who was invited, and has accepted', async () => {
    await go(mia, '/team')
    await heading(mia, 'Team').waitFor()
    assert.equal(await button(mia, 'Hand over').count(), 0, 'there is nobody yet')
    const link = await invite(mia, 'sam@fernway.example', 'Agent')
    sam = await visit(browser)
    await sam.goto(link)
    await heading(sam, 'Join Fernway Cycles').waitFor()
    await looked(sam)
    await field(sam, 'Your name').fill('Sam Oak')
    await field(sam, 'Password').fill(password)
    await button(sam, 'Join').click()
    await sam.getByRole('navigation', { name: 'Queues' }).waitFor()
    await go(sam, '/team')
    await row(sam, 'Sam Oak').waitFor()
    assert.equal(await button(sam, 'Hand over').count(), 0, 'it is not theirs to give')
  })

  test('by its owner, who gives their password', async () => {
    await mia.reload()
    await button(mia, 'Hand over').click()
    const dialog = mia.getByRole('dialog', { name: 'Hand over Fernway Cycles?' })
    await field(dialog, 'To').selectOption('Sam Oak (sam@fernway.example)')
    await looked(mia)
    await field(dialog, 'Password').fill('not this one')
    await dialog.getByRole('button', { name: 'Hand over' }).click()
    await dialog.getByText('This is not your password.').waitFor()
    await looked(mia)
    await field(dialog, 'Password').fill(password)
    await dialog.getByRole('button', { name: 'Hand over' }).click()
    await mia.getByText('Sam Oak owns Fernway Cycles now. You are an admin.').waitFor()
  })

  test('and from then on both pages show what each of them may do', async () => {
    await until('the former owner cannot give it away again', async () => (await button(mia, 'Hand over').count()) === 0)
    assert.equal(await field(mia, 'Role of Sam Oak').isDisabled(), true)
    await looked(mia)
    assert.equal(await role(mia), 'admin')

    // The window of the new one was open all the time, and is not signed out.
    await sam.reload()
    await button(sam, 'Hand over').waitFor()
    await field(sam, 'Role of Mia Fern').waitFor()
    assert.equal(await field(sam, 'Role of Mia Fern').inputValue(), 'admin')
    await looked(sam)
    assert.equal(await role(sam), 'owner')
    const { items } = await fernway.call(await fernway.call(undefined, 'POST', 'auth/login', { email: 'sam@fernway.example', password }), 'GET', 'audit-log?limit=200')
    assert.ok(items.some(({ action, outcome }) => action === 'transferOwnership' && outcome === 'ok'))
  })

  after(() => sam?.context().close())
})

describe('one person in two businesses', () => {
  let harbour, owner
  const account = (page) => page.getByRole('button', { name: /^Account/ })
  const others = async (page) => {
    await account(page).click()
    await page.getByText('Switch to', { exact: true }).waitFor()
  }
  const at = (page, company) => account(page).filter({ hasText: company }).waitFor()

  before(async () => {
    harbour = await Business.open(parley, { company: 'Harbour Lamps & Lanterns International', name: 'Ole Lund', email: 'ole@harbour.example' })
    await harbour.bot({ name: 'Harbour guide' })
    owner = await visit(browser)
    await harbour.admit(owner, harbour.owner)
  })
  after(() => owner?.context().close())

  test('joins the second with the password that they have', async () => {
    await go(mia, '/')
    await account(mia).click()
    await mia.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    assert.equal(await mia.getByText('Switch to', { exact: true }).count(), 0, 'who has one business is not asked')
    await mia.keyboard.press('Escape')
    await mia.goto(await invite(owner, fernway.owner.email, 'Admin'))
    await heading(mia, 'Join Harbour Lamps & Lanterns International').waitFor()
    assert.equal(await field(mia, 'Your name').count(), 0, 'their name is known')
    await looked(mia)
    await field(mia, 'Password').fill(password)
    await button(mia, 'Join').click()
    await at(mia, 'Harbour Lamps')
  })

  test('and switches between them, with what belongs to each', async () => {
    await others(mia)
    await looked(mia)
    await mia.getByRole('menuitem', { name: /^Fernway Cycles/ }).click()
    await at(mia, 'Fernway Cycles')
    await go(mia, '/bots')
    await mia.getByRole('link', { name: 'Fernway helper' }).waitFor()
    assert.equal(await mia.getByText('Harbour guide').count(), 0)
    await others(mia)
    await mia.getByRole('menuitem', { name: /^Harbour Lamps/ }).click()
    await at(mia, 'Harbour Lamps')
    await go(mia, '/bots')
    await mia.getByRole('link', { name: 'Harbour guide' }).waitFor()
    assert.equal(await mia.getByText('Fernway helper').count(), 0)
  })

  test('in all windows, so that none shows the one and changes the other', async () => {
    const second = await mia.context().newPage()
    await go(second, '/settings')
    await field(second, 'Name').waitFor()
    assert.match(await field(second, 'Name').inputValue(), /^Harbour/)
    await others(mia)
    await mia.getByRole('menuitem', { name: /^Fernway Cycles/ }).click()
    await at(mia, 'Fernway Cycles')
    await at(second, 'Fernway Cycles')
    assert.equal(new URL(second.url()).pathname, '/')
    await second.close()
  })

  test('and is out of the one that they are removed from, but not of the other', async () => {
    await go(owner, '/team')
    await button(owner, 'Remove Mia Fern').click()
    await owner.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await owner.getByText('Mia Fern belongs to your team no more.').waitFor()
    await go(mia, '/bots')
    await mia.getByRole('link', { name: 'Fernway helper' }).waitFor()
    await account(mia).click()
    await mia.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    assert.equal(await mia.getByText('Switch to', { exact: true }).count(), 0)
  })
})
