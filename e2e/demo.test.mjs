/** What `make run` shows: the demo page with a bot that has read the documentation. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, visit } from './harness/browser.mjs'
import { Parley } from './harness/parley.mjs'
import { Visitor } from './harness/visitor.mjs'

const question = 'How do I put the widget on my website?'
let browser, parley

before(async () => {
  browser = await launch()
  parley = await Parley.start(['--demo'])
})
after(async () => {
  await browser?.close()
  await parley?.stop()
})

test('the demo answers a question about the documentation, with a source that opens, and remembers it after a restart', async () => {
  const page = await visit(browser)
  const visitor = new Visitor(page)
  await page.goto(`${parley.origin}/demo`)
  await page.getByRole('button', { name: 'Ask a question' }).click()
  await visitor.ask(question)
  await visitor.answered(1)
  const panel = await visitor.source(/^Source 1: .+\.md$/)
  assert.ok((await panel.getByRole('blockquote').innerText()).length > 20)
  assert.deepEqual(page.errors, [])

  await parley.restart()
  await page.reload()
  await visitor.messages.getByText(question, { exact: true }).waitFor()
  await visitor.answered(1)
  await visitor.ask('And what does it cost to keep a giraffe in orbit?')
  await visitor.answered(2)
  assert.equal(await page.getByRole('button', { name: /^Source/ }).count(), 1, 'a question that the documentation says nothing about has no source')
  await visitor.messages.getByRole('button', { name: 'Talk to a person' }).waitFor()
})
