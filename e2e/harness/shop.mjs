/** A shop whose bot has been asked for a while: what it could not answer, what did not help, and what has changed since. */
import { Business } from './business.mjs'
import { until } from './browser.mjs'
import { Guest } from './guest.mjs'
import { Parley } from './parley.mjs'
import { Talker } from './talker.mjs'

const origin = 'http://localhost:9999'
const texts = [
  { title: 'Returns and refunds', text: 'You may return an unused bicycle within 45 days of delivery. Bring the receipt, the tools and the second key. A refund takes five days.' },
  { title: 'Delivery', text: 'Delivery to the islands costs 38 euros and takes one week. On the mainland delivery is free. We deliver on weekdays only.' },
]
const faq = { title: 'Opening hours', faq: [{ question: 'When are you open?', answer: 'On weekdays from nine to five.' }] }

// What the model says, by what the question has in it.
const answers = [
  [/islands cost/, 'Delivery to the islands costs **38 euros** [1].'],
  [/refund take/, 'It depends [1].'],
  [/./s, 'You can return an unused bicycle within **45 days** of delivery [1]. Please bring the receipt and both keys.'],
]

const long = `Does the ${'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'} ride past https://shop.example/${'a-long-path/'.repeat(12)}?`

export class Shop {
  guests = []

  /** `model`: whether a language model writes the answers. */
  static async open({ model = false } = {}) {
    const shop = new Shop()
    if (model) {
      shop.talker = await Talker.start()
      shop.talker.reply = (messages) => answers.find(([asked]) => asked.test(messages.at(-1).content))[1]
    }
    shop.parley = await Parley.start([], { ...shop.talker?.settings, PARLEY_LIMITS: 'off' })
    shop.business = await Business.open(shop.parley)
    shop.bot = await shop.business.bot({ name: 'Fernway helper', origins: [origin], texts: [...texts, faq], appearance: { starters: ['How long can I return a bicycle?', 'Do you deliver to islands?'] } })
    shop.untouched = await shop.business.bot({ name: 'Fernway in Ghent' })
    return shop
  }

  async close() {
    for (const guest of this.guests) guest.leave()
    await this.parley?.stop()
    await this.talker?.stop()
  }

  /** Asks the API about the bot, as its owner. */
  api = (method, path, body) => this.business.call(this.business.owner, method, `bots/${this.bot}${path ? `/${path}` : ''}`, body)

  /** A visitor asks something and is answered. */
  async ask(text, more = {}) {
    const guest = await Guest.come({ parley: this.parley, bot: this.bot, origin, ...more })
    this.guests.push(guest)
    await guest.send(text)
    return { guest, answer: (await guest.heard('message.completed')).data }
  }

  /** Asks, and says that the answer did not help. */
  async dislike(text) {
    const { guest, answer } = await this.ask(text)
    await guest.ask('message.feedback', { message: answer.message, helpful: false })
  }

  source = async (title) => (await this.api('GET', 'sources')).items.find((source) => source.title === title)

  /** Changes a source that was cited, and takes another away. */
  async change() {
    await this.ask('When are you open?')
    await this.ask('What does delivery to the islands cost?')
    const hours = await this.source(faq.title)
    await this.api('PUT', `sources/${hours.id}/pairs`, { pairs: [{ question: 'When are you open?', answer: 'Every day from ten to six.' }] })
    await this.api('DELETE', `sources/${(await this.source('Delivery')).id}`)
    await until('the answers are old', async () => (await this.api('GET', 'old-answers')).items.length === 2)
  }

  /** Runs the test questions to their end. */
  async run(settings) {
    const { id } = await this.api('POST', 'test-runs', settings && { settings })
    return until('the run ends', async () => {
      const run = await this.api('GET', `test-runs/${id}`)
      return run.state !== 'running' && run
    }, 120_000)
  }

  /** Everything that the pages can show. */
  async fill() {
    for (const text of ['Do you repair e-bikes?', 'repair e-bikes?', 'Could you repair an e-bike for me?', 'Is there a voucher to give away?', long]) await this.ask(text)
    await this.dislike('How long does a refund take?')
    this.asked = (await this.ask('How long can I return a bicycle?')).guest.conversation
    await this.change()
    const returns = (await this.source('Returns and refunds')).id
    // What is expected changes between two runs, and so does how they come out.
    const tests = [
      { text: 'How long can I return a bicycle?', source: returns, phrase: '45 days' },
      { text: 'Which tools must I bring?', phrase: 'spanner' },
      { text: 'How long does a refund take?', phrase: 'it depends' },
      { text: 'Do you sell giraffes?', nothing: true },
    ]
    for (const test of tests) await this.api('POST', 'tests', test)
    await this.run()
    const [, tools, refund] = (await this.api('GET', 'tests')).items
    await this.api('PUT', `tests/${tools.id}`, { text: tools.text, source: returns })
    await this.api('PUT', `tests/${refund.id}`, { text: refund.text, phrase: 'five days' })
    await this.run()
  }
}

const press = (page, name, options) => page.getByRole('button', { name, ...options }).first().press('Enter')
const asks = async (page, question) => {
  await page.getByRole('textbox', { name: 'Question' }).fill(question)
  await page.getByRole('textbox', { name: 'Question' }).press('Enter')
  await page.getByRole('button', { name: 'Ask again' }).waitFor()
}

/** What the pages show, of a shop that has it all; `empty`: of a bot that nobody has asked yet. */
export const views = [
  { name: 'improve-empty', empty: true, path: 'improve', sees: 'No question is open' },
  { name: 'improve', path: 'improve', sees: 'Do you repair e-bikes?' },
  { name: 'improve-asked', path: 'improve', act: (page) => press(page, 'Asked 3 times'), sees: 'See the conversation' },
  { name: 'improve-answer', path: 'improve', act: (page) => press(page, /^Answer about/), sees: 'Save answer' },
  { name: 'improve-dismissed', path: 'improve?state=dismissed', sees: 'Nothing is dismissed' },
  { name: 'try-empty', path: 'try', sees: 'Ask your bot something' },
  { name: 'try-answer', path: 'try', act: (page) => asks(page, 'How long can I return a bicycle?'), sees: 'Searched for' },
  {
    name: 'try-prompt',
    path: 'try',
    act: async (page) => {
      await asks(page, 'How long can I return a bicycle?')
      await page.getByText(/^Show \d+ message/).press('Enter')
    },
    sees: 'What the model was asked',
  },
  { name: 'try-nothing', path: 'try', act: (page) => asks(page, 'Do you sell giraffes?'), sees: 'No answer found' },
  { name: 'try-settings', path: 'try', act: trying, sees: 'You are trying 1 setting' },
  {
    name: 'try-fix',
    path: 'try',
    act: async (page) => {
      await asks(page, 'Do you sell giraffes?')
      await press(page, 'Fix this answer')
    },
    sees: 'Save answer',
  },
  { name: 'try-widget', path: 'try?view=widget', act: (page) => page.frameLocator('iframe').getByRole('textbox', { name: 'Write a message…' }).waitFor(), sees: 'The chat as your visitors will see it.' },
  { name: 'tests-empty', empty: true, path: 'tests', sees: 'No test questions yet' },
  { name: 'tests', path: 'tests', sees: 'What changed' },
  { name: 'tests-result', path: 'tests', act: (page) => page.locator('summary').first().press('Enter'), sees: 'Answered in' },
  { name: 'tests-add', path: 'tests', act: (page) => press(page, 'Add question'), sees: 'Words that must be in the answer' },
  { name: 'tests-import', path: 'tests', act: (page) => press(page, 'Import'), sees: 'Or paste it here' },
  { name: 'settings-test', path: 'settings', act: (page) => press(page, 'Test first'), sees: 'Test before you save' },
]

async function trying(page) {
  await page.getByRole('radio', { name: 'Settings', exact: true }).press('Space')
  await page.getByLabel('Instructions').fill('Answer in one sentence, and mention the workshop.')
}

/** Brings a page to a view of a bot. */
export async function show(page, shop, { empty, path, act, sees }) {
  await page.goto(`${shop.parley.origin}/bots/${empty ? shop.untouched : shop.bot}/${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForLoadState('networkidle')
  await act?.(page)
  await page.getByText(sees).first().waitFor()
}
