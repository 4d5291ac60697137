/** One account, from its registration to a forgotten password: in pages, as its owner sees them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Authenticator } from './harness/authenticator.mjs'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Mailbox } from './harness/mailbox.mjs'
import { Owner } from './harness/owner.mjs'
import { Parley } from './harness/parley.mjs'

const company = { company: 'Fernway Cycles', email: 'mia@fernway.example', password: 'correct horse battery' }
const next = 'staple the quiet bicycle'

let browser, parley, mailbox, page, app, codes, key

before(async () => {
  browser = await launch()
  parley = await Parley.start()
  mailbox = new Mailbox(parley)
  page = await visit(browser)
})
after(async () => {
  await browser?.close()
  await parley?.stop()
})

const go = (path, on = page) => on.goto(parley.origin + path)
const button = (name, on = page) => on.getByRole('button', { name, exact: true })
const field = (label, on = page) => on.getByLabel(label, { exact: true })
const inside = (on = page) => on.getByRole('navigation', { name: 'Main' }).waitFor()

/** The page as it is now, for those who do not see it well. */
async function looked(on = page) {
  await audit(on)
  assert.deepEqual(on.errors, [])
}

/** The first of the two steps. */
async function enter(password, on = page) {
  await go('/sign-in', on)
  await field('Email', on).fill(company.email)
  await field('Password', on).fill(password)
  await button('Sign in', on).click()
}

/** Follows the link of a mail, which stands in its page. */
async function follow(mail, on = page) {
  const letter = await visit(browser)
  await letter.goto(mail.page)
  const link = await letter.getByRole('link').first().getAttribute('href')
  await letter.context().close()
  await on.goto(link)
}

test('who registers is asked to confirm their address, and does by the link of the mail', async () => {
  await new Owner(page, parley.origin).register(company)
  await page.getByText(`Please confirm your e-mail address: we sent a mail to ${company.email}.`).waitFor()
  await looked()
  await follow(await mailbox.next('confirm', company.email))
  await page.getByRole('heading', { name: 'Your e-mail address is confirmed' }).waitFor()
  assert.equal(new URL(page.url()).hash, '', 'the token is not left in the address')
  await page.getByRole('link', { name: 'Go to the dashboard' }).click()
  await inside()
  await page.getByRole('heading', { name: 'Get started' }).waitFor()
  assert.equal(await page.getByText('Please confirm your e-mail address').count(), 0)
})

test('a second factor is set up with an app, and recovery codes are told once', async () => {
  await go('/profile/security')
  await button('Set up').click()
  await page.getByText('First your password').waitFor()
  await field('Password').fill(company.password)
  await button('Continue').click()
  await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor()
  await looked()
  app = new Authenticator(await page.getByLabel('Or enter this key by hand').innerText())
  await field('Code that the app shows').fill('000000')
  await button('Switch on').click()
  await page.getByRole('alert').waitFor()
  await field('Code that the app shows').fill(await app.code())
  await button('Switch on').click()
  codes = (await page.getByLabel('Recovery codes').innerText()).trim().split('\n')
  assert.equal(new Set(codes).size, 10)
  await button('I have kept them').click()
  await page.getByText('You have 10 recovery codes left.').waitFor()
  await looked()
})

test('signing in takes the password and a code, and each code once', async () => {
  await button(/^Account/).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await enter(company.password)
  await page.getByRole('heading', { name: 'One more step' }).waitFor()
  await looked()
  await go('/bots')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await enter(company.password)
  await field('Six-digit code').fill(await app.code())
  await button('Sign in').click()
  await inside()
})

test('a recovery code signs in once', async () => {
  for (const [known, ends] of [[codes[0], true], [codes[0], false]]) {
    const other = await visit(browser)
    await enter(company.password, other)
    await button('Use a recovery code', other).click()
    await field('Recovery code', other).fill(known)
    await button('Sign in', other).click()
    await (ends ? inside(other) : other.getByText('This code is not right, or was used already.').waitFor())
    await other.context().close()
  }
})

test('a session of another device is seen and ended', async () => {
  const other = await visit(browser)
  await enter(company.password, other)
  await button('Use a recovery code', other).click()
  await field('Recovery code', other).fill(codes[1])
  await button('Sign in', other).click()
  await inside(other)

  await go('/profile/security')
  const sessions = page.getByRole('listitem').filter({ hasText: 'signed in' })
  await page.getByText('This device', { exact: true }).waitFor()
  const before = await sessions.count()
  assert.ok(before >= 2)
  await button('Sign out everywhere else').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere else' }).click()
  await until('this device is left', async () => (await sessions.count()) === 1)
  await other.reload()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  await other.context().close()
})

test('a key of the API is made, told once, used, and works no more once it is revoked', async () => {
  await go('/settings/keys')
  await button('New key').click()
  await field('Name').fill('Website search')
  await button('Create key').click()
  key = (await page.getByLabel('The key').innerText()).trim()
  assert.match(key, /^prl_live_/)
  await looked()
  const ask = () => fetch(`${parley.origin}/api/v1/bots`, { headers: { Authorization: `Bearer ${key}` } })
  assert.equal((await ask()).status, 200)
  await button('I have copied it').click()
  await page.reload()
  await page.getByRole('row', { name: /Website search/ }).waitFor()
  assert.ok(!(await page.content()).includes(key))

  await button('Actions for Website search').click()
  await page.getByRole('menuitem', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Website search works no more.').waitFor()
  await until('the key is refused', async () => (await ask()).status === 401)
})

test('the audit log tells who did that', async () => {
  await go('/settings/audit')
  const made = page.getByRole('row', { name: /Create API key/ })
  await until('it is written', async () => {
    if (await made.count()) return true
    await page.reload()
    await page.getByRole('heading', { name: 'Audit log' }).waitFor()
    await page.waitForLoadState('networkidle')
    return false
  }, 30_000)
  await looked()
})

test('each page of the settings opens, and nothing on it is in anybody’s way', async () => {
  for (const name of ['General', 'Usage', 'Access', 'Privacy', 'API keys', 'Webhooks', 'Audit log', 'Activity']) {
    await page.getByRole('navigation', { name: 'Settings of the business' }).getByRole('link', { name }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    assert.equal(await page.getByRole('alert').count(), 0, name)
    await looked()
  }
})

test('a forgotten password is reset by mail, which ends all sign-ins', async () => {
  const other = await visit(browser)
  await go('/sign-in', other)
  await other.getByRole('link', { name: 'Forgot your password?' }).click()
  await field('Email', other).fill(company.email)
  await button('Send the link', other).click()
  await other.getByRole('heading', { name: 'Look into your mails' }).waitFor()
  await looked(other)
  await follow(await mailbox.next('reset', company.email), other)
  await field('New password', other).fill('password12')
  await button('Change password', other).click()
  await other.getByText('would be guessed quickly').waitFor()
  await looked(other)
  await field('New password', other).fill(next)
  await button('Change password', other).click()
  await other.getByText('Your password is changed. Sign in with the new one.').waitFor()

  await page.reload()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await enter(company.password, other)
  await other.getByText('do not belong together').waitFor()
  await enter(next, other)
  await field('Six-digit code', other).fill(await app.code())
  await button('Sign in', other).click()
  await inside(other)
  await other.context().close()
})
