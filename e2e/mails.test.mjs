/** Who was not there is written to, and comes back by the link of the mail. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent } from './harness/agent.mjs'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business, password } from './harness/business.mjs'
import { startHost } from './harness/host.mjs'
import { Mailbox } from './harness/mailbox.mjs'
import { Parley } from './harness/parley.mjs'
import { Visitor } from './harness/visitor.mjs'

const address = 'lena@visitor.example'
const question = 'My second key does not fit. Can somebody help?'
const answer = 'Hello Lena, we send you **another key** today.'

let browser, parley, host, business, mailbox, bot, ada, visitor, agent, conversation

before(async () => {
  browser = await launch()
  parley = await Parley.start([], { PARLEY_MAIL_AFTER: '2s' })
  mailbox = new Mailbox(parley)
  business = await Business.open(parley)
  const pages = {}
  host = await startHost(pages)
  bot = await business.bot({ name: 'Fernway', origins: [host.origin], appearance: { accent: '#0a7d32', title: 'Fernway help' } })
  pages['/'] = { snippet: business.snippet(bot) }
})
after(async () => {
  await browser?.close()
  await host?.stop()
  await parley?.stop()
})

/** Opens a mail as a mail program would, and follows its only link. */
async function open(mail, options) {
  const page = await visit(browser, options)
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(mail.page)
  await page.waitForLoadState('networkidle')
  assert.deepEqual(asked, [mail.page], 'a mail loads nothing')
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme })
    await audit(page, 'body > table') // the landmarks around it are the mail program's
  }
  await page.setViewportSize({ width: 390, height: 844 })
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'it fits on a phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  return page
}

test('an invitation leads to the page on which one joins', async () => {
  await business.call(business.owner, 'POST', 'invitations', { email: 'ada@fernway.example', role: 'agent' })
  const page = await open(await mailbox.next('invitation', 'ada@fernway.example'))
  await page.getByRole('heading', { name: 'Mia Fern invites you to Fernway Cycles' }).waitFor()
  await page.getByRole('link', { name: 'Join Fernway Cycles' }).click()
  await page.getByLabel('Your name').fill('Ada Lovelace')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: /^Join/ }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  ada = { email: 'ada@fernway.example' }
  await page.context().close()
})

test('a visitor waits while nobody is there: whoever may take that is mailed, and the link opens it', async () => {
  visitor = new Visitor(await visit(browser))
  await visitor.open(host.origin)
  await visitor.ask(question)
  await visitor.messages.getByRole('button', { name: 'Talk to a person' }).click()
  await visitor.messages.getByText('Nobody is here right now').waitFor()
  await visitor.page.getByRole('textbox', { name: 'Name (optional)' }).fill('Lena Öhm')
  await visitor.page.getByRole('textbox', { name: 'E-mail' }).fill(address)
  await visitor.page.getByRole('button', { name: 'Answer me by e-mail' }).click()
  await visitor.messages.getByText(`We will answer to ${address}`).waitFor()

  await mailbox.next('waiting', business.owner.email)
  const page = await open(await mailbox.next('waiting', ada.email))
  await page.getByText(question).waitFor()
  await page.getByRole('link').click()
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  agent = new Agent(page, ada, parley.origin)
  await agent.sees(question)
  conversation = new URL(page.url()).pathname.split('/').pop()
  assert.match(conversation, /^cnv_/)
})

test('an agent answers who has left: they are mailed that, and go on with the conversation by the link', async () => {
  await agent.take()
  await visitor.messages.getByText('Ada Lovelace has joined.').waitFor()
  await visitor.page.context().close()
  await until('the visitor is gone', () => agent.page.getByText('Is not here now').isVisible())
  await agent.reply(answer)
  await agent.sees('we send you another key today')

  const mail = await mailbox.next('missed', address)
  const page = await open(mail)
  await page.getByRole('heading', { name: 'Ada Lovelace from Fernway Cycles wrote to you' }).waitFor()
  assert.equal(await page.getByText('another key', { exact: true }).evaluate((element) => element.tagName), 'STRONG')
  await page.getByRole('link').click()
  visitor = new Visitor(page)
  await visitor.messages.getByText('we send you another key today').waitFor()
  assert.equal(await visitor.messages.getByText(question, { exact: true }).count(), 1)
  assert.equal(page.url(), `${parley.origin}/chat/${bot}`, 'what speaks for the visitor is not left in the address')
  await visitor.ask('Thank you! To my old address?')
  await agent.sees('Thank you! To my old address?')
  await agent.reply('Yes.')
  await visitor.messages.getByText('Yes.', { exact: true }).waitFor()
  await until('the agent is told that it was read', () => agent.log.getByText('Seen').isVisible())
  assert.equal((await mailbox.mails('missed', address)).length, 1)
})

test('who asks for the conversation by mail gets all of it, and no note of the team', async () => {
  await agent.write('n', agent.noteField, 'She is a good customer.')
  await agent.keyboard.press('Enter')
  await agent.sees('She is a good customer.')
  await visitor.page.getByRole('button', { name: 'Menu' }).click()
  await visitor.page.getByRole('menuitem', { name: 'Mail me this conversation' }).click()
  const sheet = visitor.page.getByRole('dialog', { name: 'Mail me this conversation' })
  const send = sheet.getByRole('button', { name: 'Send' })
  if (await send.isVisible().catch(() => false)) await send.click()
  await sheet.getByText(`It is on its way to`).waitFor()

  const page = await open(await mailbox.next('transcript', address))
  for (const text of [question, 'we send you another key today', 'Ada Lovelace', 'Thank you! To my old address?', 'Yes.']) await page.getByText(text).first().waitFor()
  assert.equal(await page.getByText('good customer').count(), 0)
  await page.getByRole('link').click()
  await page.getByRole('log', { name: 'Messages' }).getByText('Yes.', { exact: true }).waitFor()
  await page.context().close()
})

test('a colleague whom a note names and who is away is mailed the note, and the link opens it', async () => {
  await agent.write('n', agent.noteField, '@Mia')
  await agent.page.getByRole('option', { name: /Mia Fern/ }).waitFor()
  await agent.keyboard.press('Enter')
  await agent.keyboard.type('may she have it for nothing?')
  await agent.keyboard.press('Enter')
  const page = await open(await mailbox.next('mention', business.owner.email))
  await page.getByRole('heading', { name: 'Ada Lovelace mentioned you in a note' }).waitFor()
  await page.getByText('may she have it for nothing?').waitFor()
  await business.admit(page, business.owner)
  await page.getByRole('link').click()
  await page.getByRole('log', { name: 'Messages' }).getByText('may she have it for nothing?').waitFor()
  assert.equal(new URL(page.url()).pathname, `/conversations/${conversation}`)
  await page.context().close()
})
