/**
 * What an owner gives a bot to know, with the real server: a website is read
 * and read again, questions are edited and imported, what cannot be read says
 * why, and what was deleted comes back.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { Owner } from './harness/owner.mjs'
import { Parley } from './harness/parley.mjs'
import { Site } from './harness/site.mjs'

const phone = { width: 390, height: 844 }
const desk = { width: 1440, height: 900 }

describe('what a bot is given to know', () => {
  let browser, parley, site, page, bot

  before(async () => {
    browser = await launch()
    parley = await Parley.start([], { PARLEY_FETCH_PRIVATE: 'on' })
    site = await Site.start()
    page = await visit(browser)
    const owner = new Owner(page, parley.origin)
    await owner.register({ company: 'Umbrella Works', email: 'mia@umbrella.example', password: 'correct horse battery' })
    await owner.createBot('Helper')
    bot = new URL(page.url()).pathname.split('/')[2]

    const topics = Array.from({ length: 12 }, (_, i) => `/help/topic-${i}`)
    for (const [i, path] of topics.entries()) site.put(path, `Topic ${i}`, `What there is to know about topic number ${i} stands here.`)
    site.put('/help/', 'Help of the shop', 'Begin with one of our topics.', [...topics, '/help/returns', '/help/copy', '/help/gone', '/help/broken', '/help/logo.png'])
    site.put('/help/returns', 'Returns', 'An umbrella can be returned within thirty days.')
    site.put('/help/copy', 'Returns', 'An umbrella can be returned within thirty days.')
    site.fail('/help/broken', 500)
  })
  after(async () => {
    await browser?.close()
    await parley?.stop()
    await site?.stop()
  })

  const row = (name) => page.getByRole('row', { name })
  const list = () => page.goto(`${parley.origin}/bots/${bot}/knowledge`)
  const add = async (what) => {
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('menuitem', { name: what }).click()
  }
  const open = async (name) => {
    await list()
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }
  /** What the bot says to a visitor who asks this first. */
  const ask = (text) =>
    page.evaluate(
      async ([path, text]) => {
        const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) })
        return (await answer.json()).text
      },
      [`/api/v1/bots/${bot}/answers`, text],
    )
  const says = (question, words, patience = 60_000) => until(`it says “${words}”`, async () => (await ask(question)).includes(words), patience)
  /** Looks at the page as it is: nothing hangs over, and nobody is left out. */
  const inspect = async () => {
    for (const size of [phone, desk]) {
      await page.setViewportSize(size)
      const { scrollWidth, scrollHeight } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, scrollHeight: document.documentElement.scrollHeight }))
      assert.ok(scrollWidth <= size.width && scrollHeight <= size.height, `something hangs over at ${size.width} px: ${scrollWidth} × ${scrollHeight}`)
      await audit(page)
    }
  }

  test('a bot that knows nothing says what to do', async () => {
    await page.getByText('This bot knows nothing yet').waitFor()
    await inspect()
    await page.getByRole('button', { name: 'Add website' }).click()
    await page.getByRole('heading', { name: 'Add website' }).waitFor()
    await inspect()
  })

  test('a website is added, shows how far it is read, and is known', async () => {
    site.delay = 300
    await page.getByLabel('Address').fill(`${site.origin}/help/`)
    await page.getByLabel('Read again').selectOption('Every week')
    await page.getByRole('button', { name: 'Add website' }).click()
    await page.getByRole('progressbar').waitFor({ timeout: 60_000 })
    await page.getByText(/^\d+ of \d+ pages$/).waitFor()
    await inspect()
    site.delay = 0
    await row('Help of the shop').getByText('Ready', { exact: true }).waitFor({ timeout: 120_000 })
    await says('Within how many days can an umbrella be returned?', 'thirty days')
  })

  test('each address says what became of it, and what was read there', async () => {
    await open('Help of the shop')
    await page.getByText('Next time', { exact: true }).waitFor()
    await inspect()
    const addresses = page.getByRole('listitem')
    await page.getByText('Left out', { exact: false }).first().click()
    await addresses.filter({ hasText: '/help/copy' }).getByText('It says the same as').waitFor()
    await addresses.filter({ hasText: '/help/logo.png' }).getByText('An image is not read.').waitFor()
    await page.getByText(/^Failed \d/).click()
    await addresses.filter({ hasText: '/help/broken' }).getByText('it answered 500').waitFor()
    await addresses.filter({ hasText: '/help/gone' }).getByText('There is no such page').waitFor()
    await page.getByText(/^Read \d/).click()
    await page.getByRole('link', { name: /^Show text of .*\/help\/returns$/ }).click()
    await page.getByRole('heading', { name: 'Returns', level: 1 }).waitFor()
    await page.getByText('An umbrella can be returned within thirty days.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Delete', exact: true }).count(), 0)
    await inspect()
    await page.getByRole('link', { name: 'The whole website' }).click()
    await page.getByRole('heading', { name: 'Help of the shop', level: 1 }).waitFor()
  })

  test('a page that has changed changes the answer when its website is read again', async () => {
    site.put('/help/returns', 'Returns', 'An umbrella can be returned within ninety days.')
    site.fail('/help/copy', 410)
    await page.getByRole('button', { name: 'Read again now' }).click()
    await says('Within how many days can an umbrella be returned?', 'ninety days')
    await page.getByText('Ready', { exact: true }).waitFor({ timeout: 120_000 })
    await page.getByText(/^Unchanged \d/).waitFor()
  })

  test('what is read, and when, can be changed', async () => {
    await page.getByLabel('Read again').selectOption('Every day')
    await page.getByText('The schedule is saved').waitFor()
    await page.getByLabel('Leave out').fill('help/topic-3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved: it counts from the next reading').waitFor()
    await page.getByRole('button', { name: 'Read again now' }).click()
    await page.getByText('Reading', { exact: true }).waitFor()
    await page.getByText('Ready', { exact: true }).waitFor({ timeout: 120_000 })
    await page.getByText(/^Left out \d/).click()
    await page.getByRole('listitem').filter({ hasText: '/help/topic-3' }).getByText('a path that you left out').waitFor()
  })

  test('what cannot be read says why, and is read when it can be', async () => {
    await list()
    await add('Add web page')
    await page.getByLabel('Address').fill(`${site.origin}/prices`)
    await page.getByRole('button', { name: 'Add page' }).click()
    const failed = page.getByRole('row').filter({ hasText: 'The page answered 404 (Not Found)' })
    await failed.getByText('Failed', { exact: true }).waitFor({ timeout: 60_000 })
    await failed.getByRole('link').click()
    await page.getByRole('alert').getByText('Check that it opens in a browser').waitFor()
    await inspect()
    site.put('/prices', 'Prices', 'A new handle for an umbrella costs eleven euros.')
    await page.getByRole('button', { name: 'Read again now' }).click()
    await page.getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 })
    await says('What does a new handle for an umbrella cost?', 'eleven euros')
  })

  test('an answer that its owner wrote wins, and so does the one that they write next', async () => {
    const question = 'Within how many days can an umbrella be returned?'
    await list()
    await add('Add questions and answers')
    await page.getByLabel('Question', { exact: true }).fill(question)
    await page.getByLabel('Answer', { exact: true }).fill('You have a hundred days.')
    await inspect()
    await page.getByRole('button', { name: 'Add questions' }).click()
    await row('Questions and answers').getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 })
    await until('the owner’s answer is given', async () => (await ask(question)) === 'You have a hundred days.')
    await open('Questions and answers')
    await page.getByLabel('Answer', { exact: true }).fill('You have **two hundred** days.')
    await page.getByRole('button', { name: 'Add another question' }).click()
    await page.getByLabel('Question', { exact: true }).last().fill('Do you repair umbrellas?')
    await page.getByLabel('Answer', { exact: true }).last().fill('Yes, within a week.')
    await inspect()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved: visitors get these answers from now on').waitFor()
    assert.equal(await ask(question), 'You have **two hundred** days.')
    assert.equal(await ask('Do you repair umbrellas?'), 'Yes, within a week.')
  })

  test('questions come from a file, and can be edited then', async () => {
    await list()
    await add('Add questions and answers')
    const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    const choose = async (chosen) => {
      const chooser = page.waitForEvent('filechooser')
      await page.getByRole('button', { name: 'Import a file' }).click()
      await (await chooser).setFiles(chosen)
    }
    await choose(file('wrong.csv', 'size,price\nsmall,9\n'))
    await page.getByText('It should be a CSV with the columns question and answer').waitFor()
    const more = Array.from({ length: 70 }, (_, i) => `What is on shelf ${i}?,Umbrellas of kind ${i}.\n`).join('')
    await choose(file('parasols.csv', `question,answer\n${more}Where are you?,In Harbour Street.\nDo you sell parasols?,"Yes, from May on."\n`))
    await row('parasols').getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 })
    await until('it is known', async () => (await ask('Do you sell parasols?')) === 'Yes, from May on.')
    await open('parasols')
    const questions = page.getByLabel('Question', { exact: true })
    await page.getByRole('button', { name: 'Show more (50 of 72)' }).waitFor()
    assert.equal(await questions.count(), 50)
    await inspect()
    await page.getByLabel('Find a question').fill('harbour')
    assert.equal(await questions.count(), 1)
    await page.getByLabel('Answer', { exact: true }).fill('At the lighthouse.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved: visitors get these answers from now on').waitFor()
    assert.equal(await ask('Where are you?'), 'At the lighthouse.')
    assert.equal(await ask('What is on shelf 69?'), 'Umbrellas of kind 69.')
    assert.equal(await ask('Do you sell parasols?'), 'Yes, from May on.')
  })

  test('deleting names the thing, and can be undone', async () => {
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog', { name: 'Delete “parasols”?' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByText('“parasols” is deleted').waitFor()
    await page.getByRole('heading', { name: 'Knowledge', level: 1 }).waitFor()
    await until('it is forgotten', async () => (await ask('Do you sell parasols?')) !== 'Yes, from May on.')
    await page.getByRole('button', { name: 'Undo' }).click()
    await row('parasols').getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 })
    await until('it is known again', async () => (await ask('Do you sell parasols?')) === 'Yes, from May on.')
    assert.deepEqual(page.errors, [])
  })
})
