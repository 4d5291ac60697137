/** Webhooks, in the pages of whoever adds them, and the server of theirs that is told. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { Guest } from './harness/guest.mjs'
import { Parley } from './harness/parley.mjs'

const origin = 'http://localhost:9999'

let browser, parley, business, bot, page, server, url, secret, guest
let status = 204
const told = []

before(async () => {
  browser = await launch()
  server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    told.push({ headers: request.headers, body, event: JSON.parse(body) })
    response.writeHead(status).end()
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${server.address().port}/parley`
  parley = await Parley.start([], { PARLEY_WEBHOOK_NETWORKS: '127.0.0.0/8' })
  business = await Business.open(parley)
  bot = await business.bot({ origins: [origin], texts: [{ title: 'Returns', text: 'You have forty-five days to return a lamp.' }] })
  page = await visit(browser)
  await business.admit(page, business.owner)
})
after(async () => {
  guest?.leave()
  await browser?.close()
  await parley?.stop()
  await new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)))
})

const button = (name) => page.getByRole('button', { name, exact: true })
const field = (label) => page.getByLabel(label, { exact: true })
const row = () => page.getByRole('listitem').filter({ hasText: url })

/** The page as it is now, for those who do not see it well. */
async function looked() {
  await audit(page)
  assert.deepEqual(page.errors, [])
}

/** What a request must be signed with, as docs/webhooks.md says. */
function signed({ headers, body }) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const mac = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')
  return headers['webhook-signature'].split(' ').includes(`v1,${mac}`)
}

test('a webhook is added, and its secret is told once', async () => {
  await page.goto(`${parley.origin}/settings/webhooks`)
  await page.getByText('You have no webhook yet').waitFor()
  await looked()
  await button('New webhook').click()
  await field('Address').fill('http://10.0.0.7/parley')
  await field('Note').fill('Tells our till')
  await page.getByText('Only these', { exact: true }).click()
  await looked()
  await button('Add webhook').click()
  await page.getByText('Choose what it is told.').waitFor()
  for (const name of [/^A visitor or an agent wrote/, /^The bot answered/]) await page.getByRole('checkbox', { name }).check()
  await button('Add webhook').click()
  await page.getByText('their address must begin with https://').waitFor()
  await looked()
  await field('Address').fill(url)
  await button('Add webhook').click()
  secret = (await field('The secret').innerText()).trim()
  assert.match(secret, /^whsec_/)
  await looked()
  await button('I have copied it').click()
  await row().getByText('message.created, message.completed').waitFor()
  await row().getByText('On', { exact: true }).waitFor()
  await looked()
  await page.reload()
  await row().waitFor()
  assert.ok(!(await page.content()).includes(secret))
})

test('a test arrives, and the row says what the server answered', async () => {
  await button('Send a test').click()
  await row().getByText('It arrived: your server answered 204 in').waitFor()
  assert.equal(told.length, 1)
  assert.equal(told[0].event.type, 'ping')
  assert.ok(signed(told[0]))
  status = 503
  await button('Send a test').click()
  await row().getByText('It did not arrive: it answered with status 503.').waitFor()
  await looked()
  status = 204
})

test('it is told what it was added for, signed with that secret', async () => {
  told.length = 0
  guest = await Guest.come({ parley, bot, origin })
  await guest.send('How many days do I have to return a lamp?')
  await until('it was told of the answer', () => told.some(({ event }) => event.type === 'message.completed'))
  assert.deepEqual(told.map(({ event }) => event.type), ['message.created', 'message.completed'])
  assert.ok(told.every(signed))
  assert.ok(told.every(({ event }) => event.conversation === guest.conversation))
})

test('the row says that it is failing, and no more once it arrives again', async () => {
  status = 500
  await guest.send('And a chair?')
  await until('the row says so', async () => {
    await page.reload()
    await row().waitFor()
    return row().getByText('Failing', { exact: true }).count()
  })
  await row().getByText(/^The last (attempt|\d+ attempts) failed: it answered with status 500\.$/).waitFor()
  await looked()
  status = 204
  await until('what waited was told', () => told.filter(({ event }) => event.type === 'message.completed').length === 2, 60_000)
  await page.reload()
  await row().getByText('On', { exact: true }).waitFor()
})

test('it is switched off and changed, and told nothing meanwhile', async () => {
  const act = async (name) => {
    await button(`Actions for ${url}`).click()
    await page.getByRole('menuitem', { name }).click()
  }
  await act('Switch off')
  await row().getByText('Off', { exact: true }).waitFor()
  await act('Edit')
  await field('Note').fill('Tells our new till')
  await page.getByRole('radiogroup').getByText('Everything', { exact: true }).click()
  await button('Save webhook').click()
  await row().getByText('Tells our new till').waitFor()
  await row().getByText('Everything', { exact: true }).waitFor()
  await act('Switch on')
  await row().getByText('On', { exact: true }).waitFor()
})

test('it is deleted by name, and nothing is sent any more', async () => {
  await button(`Actions for ${url}`).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByText(url).waitFor()
  await looked()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('The webhook is deleted.').waitFor()
  await page.getByText('You have no webhook yet').waitFor()
  told.length = 0
  await guest.send('And a table?')
  await guest.heard('message.created', ({ text }) => text === 'And a table?')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  assert.deepEqual(told, [])
})
