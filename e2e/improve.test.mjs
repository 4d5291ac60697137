/** The owner's loop in their browser: what the bot did not know is answered, what it said wrongly is put right, and tests tell what that changed. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { audit } from './harness/axe.mjs'
import { launch, until, visit } from './harness/browser.mjs'
import { startHost } from './harness/host.mjs'
import { show, Shop, views } from './harness/shop.mjs'
import { Visitor } from './harness/visitor.mjs'

const repairs = 'Yes: bring your e-bike to the workshop, on weekdays from nine to five.'
const returns = 'You have 60 days to return a bicycle.'

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

describe('a question that was asked in vain', () => {
  let shop, page, host
  const pages = {}

  before(async () => {
    shop = await Shop.open()
    host = await startHost(pages)
    pages['/'] = { snippet: shop.business.snippet(shop.bot) }
    await shop.business.call(shop.business.owner, 'PUT', `bots/${shop.bot}/domains`, { domains: ['localhost:*'] })
    page = await visit(browser)
    await shop.business.admit(page, shop.business.owner)
  })
  after(async () => {
    await host?.stop()
    await shop?.close()
  })
  const go = (path) => page.goto(`${shop.parley.origin}/bots/${shop.bot}/${path}`)
  const toast = (text) => page.getByRole('status').getByText(text).waitFor()

  test('shows up with all its wordings, and is answered where it is', async () => {
    for (const wording of ['Do you repair e-bikes?', 'repair e-bikes?', 'Could you repair an e-bike for me?']) await shop.ask(wording)
    await shop.ask('Is there a voucher to give away?')
    await go('improve')
    await page.getByText('4 questions need a better answer', { exact: true }).first().waitFor()
    const group = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Do you repair e-bikes?' }) })
    await group.getByText('3 not answered').waitFor()
    await group.getByRole('button', { name: 'Asked 3 times' }).click()
    await group.getByText('Could you repair an e-bike for me?').waitFor()
    await group.getByRole('button', { name: /^Answer about/ }).click()
    assert.equal(await group.getByLabel('Question').inputValue(), 'Do you repair e-bikes?')
    await group.getByLabel('Answer', { exact: true }).fill(repairs)
    await group.getByRole('button', { name: 'Save answer' }).click()
    await toast('Saved. The bot says this from now on.')
    await group.waitFor({ state: 'detached' })
    await page.getByText('1 question needs a better answer', { exact: true }).first().waitFor()
  })

  test('is answered word for word from then on', async () => {
    const visitor = new Visitor(await visit(browser))
    await visitor.open(host.origin)
    await visitor.ask('Do you repair e-bikes?')
    await visitor.answered(1)
    await visitor.messages.getByText(repairs, { exact: true }).waitFor()
    await visitor.page.context().close()
  })

  test('can be dismissed, and that be undone', async () => {
    await go('improve')
    const question = page.getByRole('heading', { name: 'Is there a voucher to give away?' })
    await page.getByRole('button', { name: 'Dismiss about “Is there a voucher to give away?”' }).click()
    await toast('The question is dismissed.')
    await page.getByText('No question is open').waitFor()
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
    await question.waitFor()
  })

  test('in the playground: why it is answered so, and a correction that wins over the document', async () => {
    await go('try')
    const field = page.getByRole('textbox', { name: 'Question' })
    await field.fill('How long can I return a bicycle?')
    await field.press('Enter')
    const log = page.getByRole('log', { name: 'Messages' })
    await log.getByText('45 days').waitFor()
    await page.getByText('These are the sentences that fit best').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Returns and refunds' }).getByText('Cited').waitFor()
    await page.getByRole('button', { name: 'Fix this answer' }).click()
    const dialog = page.getByRole('dialog', { name: 'Fix this answer' })
    assert.equal(await dialog.getByLabel('Question').inputValue(), 'How long can I return a bicycle?')
    await dialog.getByLabel('Answer', { exact: true }).fill(returns)
    await dialog.getByRole('button', { name: 'Save answer' }).click()
    await dialog.waitFor({ state: 'detached' })
    await until('the correction is read', async () => (await shop.source('Corrected answers')).state === 'ready')
    await page.getByRole('button', { name: 'Ask again' }).click()
    await log.getByText(returns).waitFor()
    await log.getByText('Your words').waitFor()
  })

  test('in the playground: settings are tried before they are saved', async () => {
    await go('try')
    const field = page.getByRole('textbox', { name: 'Question' })
    await page.getByRole('radio', { name: 'Settings', exact: true }).press('Space')
    await page.getByLabel('When it finds nothing, it says').fill('Ask at the counter.')
    await page.getByText('You are trying 1 setting that is not saved.').waitFor()
    await field.fill('Do you sell giraffes?')
    await field.press('Enter')
    const log = page.getByRole('log', { name: 'Messages' })
    await log.getByText('Ask at the counter.').waitFor()
    assert.notEqual((await shop.api('GET')).settings.fallback, 'Ask at the counter.')
    await page.getByRole('radio', { name: 'Settings', exact: true }).press('Space')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await toast('Saved. Visitors get answers with these settings from now on.')
    assert.equal((await shop.api('GET')).settings.fallback, 'Ask at the counter.')
  })

  test('is kept as a test, and a run says what a change has changed', async () => {
    await go('try')
    const field = page.getByRole('textbox', { name: 'Question' })
    await field.fill('What does delivery to the islands cost?')
    await field.press('Enter')
    await page.getByRole('button', { name: 'Keep as test' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add question' })
    await until('the source is chosen', async () => (await dialog.getByLabel('Source that it must cite').locator('option:checked').innerText()) === 'Delivery')
    await dialog.getByLabel('Words that must be in the answer').fill('38 euros')
    await dialog.getByRole('button', { name: 'Save question' }).click()
    await dialog.waitFor({ state: 'detached' })

    await go('tests')
    await page.getByRole('button', { name: 'Import' }).click()
    await page.getByLabel('Or paste it here').fill('question,source,phrase,nothing\nDo you repair e-bikes?,,workshop,\nDo you sell giraffes?,,,yes')
    await page.getByRole('button', { name: 'Import questions' }).click()
    await toast('2 questions added. 0 changed.')
    await page.getByRole('button', { name: 'Run tests' }).click()
    const run = page.locator('section', { has: page.getByRole('heading', { name: 'Last run' }) })
    await run.getByText('3 of 3 passed').waitFor()
    await run.getByText('This is the first run.').waitFor()

    const delivery = await shop.source('Delivery')
    await shop.api('DELETE', `sources/${delivery.id}`)
    await page.getByRole('button', { name: 'Run tests' }).click()
    await run.getByText('2 of 3 passed').first().waitFor()
    const changed = run.getByRole('region', { name: 'What changed' }).getByRole('listitem')
    assert.match(await changed.innerText(), /delivery to the islands cost\?\s*Passed\s*→\s*now\s*Failed/)
    await run.getByText('1 question failed').waitFor()
  })

  test('is tested with settings that are not saved', async () => {
    await go('settings')
    await page.getByRole('slider', { name: 'How sure it must be to answer' }).press('End')
    await page.getByRole('button', { name: 'Test first' }).click()
    await page.getByRole('button', { name: 'Run tests' }).click()
    await page.getByText('With unsaved settings').waitFor()
    await page.getByText(/\d of 3 passed/).first().waitFor()
    assert.equal((await shop.api('GET')).settings.threshold, 0)
    await page.getByRole('slider', { name: 'How sure it must be to answer' }).press('Home')
    await page.getByText('All changes are saved').waitFor()
  })

  test('is put right from the conversation that it was asked in', async () => {
    const { guest } = await shop.ask('Which tools must I bring?')
    await page.goto(`${shop.parley.origin}/conversations/${guest.conversation}?queue=bot`)
    await page.getByRole('button', { name: 'Why this answer?' }).first().click()
    await page.getByRole('complementary').getByRole('button', { name: 'Fix this answer' }).click()
    const dialog = page.getByRole('dialog', { name: 'Fix this answer' })
    assert.equal(await dialog.getByLabel('Question').inputValue(), 'Which tools must I bring?')
    await dialog.getByLabel('Answer', { exact: true }).fill('None: we have them all.')
    await dialog.getByRole('button', { name: 'Save answer' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.equal((await shop.ask('Which tools must I bring?')).answer.text, 'None: we have them all.')
    assert.deepEqual(page.errors, [])
  })
})

describe('the pages on which a bot is tried, tested and made better', () => {
  let shop
  before(async () => {
    shop = await Shop.open({ model: true })
    await shop.fill()
  })
  after(() => shop?.close())

  // Colours are the same on phones, and all but colours is the same in the dark.
  const sizes = {
    wide: { looks: ['light', 'dark'], options: { viewport: { width: 1440, height: 900 } } },
    phone: { looks: ['light'], options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
  }
  test('say so to whoever may only look, and offer them nothing that they may not do', async () => {
    const vera = await shop.business.hire('Vera Viewer', 'viewer')
    const page = await visit(browser)
    await shop.business.admit(page, vera)
    for (const [path, says] of Object.entries({ improve: 'You can look at this, but not change it.', try: 'Trying the bot here needs the role of an agent.', tests: 'You can look at this, but not change it.' })) {
      await page.goto(`${shop.parley.origin}/bots/${shop.bot}/${path}`)
      await page.getByText(says).waitFor()
      await page.waitForLoadState('networkidle')
      assert.deepEqual(await page.getByRole('main').getByRole('button', { name: /^(Answer|Dismiss|Ask|Import|Add question|Run tests|Change|Delete)\b/ }).allInnerTexts(), [], path)
      await audit(page)
    }
    await page.context().close()
  })

  for (const [size, { looks, options }] of Object.entries(sizes)) {
    test(`axe finds nothing to improve in any of their states, ${size}, ${looks.join(' and ')}, and nothing is wider than the window`, async () => {
      const page = await visit(browser, { ...options, reducedMotion: 'reduce' })
      await shop.business.admit(page, shop.business.owner)
      for (const view of views) {
        await show(page, shop, view)
        for (const colorScheme of looks) {
          await page.emulateMedia({ colorScheme })
          await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
          await audit(page, 'html', colorScheme === 'dark' ? ['color-contrast'] : undefined).catch((error) => assert.fail(`${view.name}, ${colorScheme}: ${error.message}`))
        }
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), options.viewport.width, view.name)
        assert.deepEqual(page.errors, [], view.name)
      }
      await page.context().close()
    })
  }
})
