/** A server that sells plans, with Stripe's edge beside it and a business that begins with a trial. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './browser.mjs'
import { Parley } from './parley.mjs'
import { Stripe } from './stripe.mjs'

const prices = {
  price_starter_month: { amount: 2900, currency: 'eur', interval: 'month' },
  price_starter_year: { amount: 29000, currency: 'eur', interval: 'year' },
  price_growth_month: { amount: 9900, currency: 'eur', interval: 'month' },
  price_growth_year: { amount: 99000, currency: 'eur', interval: 'year' },
  price_business_month: { amount: 29900, currency: 'eur', interval: 'month' },
  price_business_answer: { amount: 2, currency: 'eur', interval: 'month', metered: true },
}

/** So few answers that a test uses them up. */
const catalogue = `
default: starter
plans:
  - id: starter
    name: Starter
    about: For a website with a handful of pages and one person who looks after its visitors.
    trial_days: 14
    prices:
      - { id: price_starter_month, interval: month, amount: 2900, currency: eur }
      - { id: price_starter_year, interval: year, amount: 29000, currency: eur }
    limits: { answers: 5, bots: 1, passages: 5000, seats: 2, pages: 200 }
  - id: growth
    name: Growth
    about: For a shop with a support team, and a site that changes every day.
    trial_days: 14
    prices:
      - { id: price_growth_month, interval: month, amount: 9900, currency: eur }
      - { id: price_growth_year, interval: year, amount: 99000, currency: eur }
    limits: { answers: 10, bots: 3, passages: 50000, seats: 10, pages: 2000 }
    features: [api, webhooks, identity]
  - id: business
    name: Business
    about: For companies with several sites, whose chats must never rest.
    prices:
      - { id: price_business_month, interval: month, amount: 29900, currency: eur }
    limits: { answers: 20000, bots: 20, passages: 500000, seats: 50 }
    overage: { price_id: price_business_answer, amount: 200, currency: eur, most: 40000 }
    features: [api, webhooks, identity, second_factor]
policy:
  grace_days: 14
  mail_days: [0, 3, 7]
  keep_days: 30
`

export class Sold {
  /** With Stripe, or, if nothing is sold, with plans alone. */
  static async open({ payments = true } = {}) {
    const sold = new Sold()
    sold.folder = await mkdtemp(join(tmpdir(), 'parley-plans-'))
    const file = join(sold.folder, 'plans.yaml')
    await writeFile(file, catalogue)
    sold.stripe = await Stripe.start(prices)
    sold.parley = await Parley.start([], { ...(payments && sold.stripe.settings), PARLEY_PLANS: file })
    sold.stripe.parley = sold.parley.origin
    return sold
  }

  /** Answers over the API until so many of the month are used. */
  async use(business, bot, answers) {
    const used = async () => (await business.call(business.owner, 'GET', 'usage')).answers.used
    for (let n = await used(); n < answers; n = await used()) {
      await business.call(business.owner, 'POST', `bots/${bot}/answers`, { text: `How many days may I return bicycle ${n}?` })
    }
  }

  /** Buys a plan, as somebody does who goes through the checkout. */
  async buy(business, plan, interval = 'month') {
    const { url } = await business.call(business.owner, 'POST', 'subscription/checkout', { plan, interval })
    await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' })
    await until('it is bought', async () => (await business.call(business.owner, 'GET', 'subscription')).subscribed)
  }

  async close() {
    await this.parley?.stop()
    await this.stripe?.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}
