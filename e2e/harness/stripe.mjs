/**
 * Stripe's edge, as the server and a browser meet it: its API (2023-10-16, what account/billing/stripe asks for), its checkout and portal
 * pages, and its signed events. It keeps what is bought. Time there may be days behind, so that payments can have failed weeks ago.
 *
 *   const stripe = await Stripe.start({ price_growth: { amount: 9900, currency: 'eur', interval: 'month' } })
 *   const parley = await Parley.start([], { ...stripe.settings, PARLEY_PLANS: file })
 *   stripe.parley = parley.origin
 */
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { root } from './files.mjs'

const day = 86_400
const template = (name) => JSON.parse(readFileSync(join(root, 'account/billing/stripe/stripetest/objects', `${name}.json`), 'utf8'))

/** An answer that is none: what Stripe says is wrong. */
class Refusal extends Error {
  constructor(status, type, code, message) {
    super(message)
    this.status = status
    this.body = { error: { type, code, message } }
  }
}

export class Stripe {
  /** Where events go. */
  parley = ''
  /** How many days Stripe's clock is behind. */
  daysAgo = 0
  /** Whether cards are declined. */
  declines = false
  /** All events, in the order in which they happened, with the status that each was answered. */
  events = []
  /** What was reported of use, by item: {quantity, timestamp, action}. */
  usage = {}
  sessions = {}
  subscriptions = {}
  schedules = {}
  invoices = []
  charges = {}
  #answers = {} // by key of idempotence
  #count = 0

  /** Prices are {id: {amount, currency, interval, metered}}. */
  static async start(prices) {
    const stripe = new Stripe()
    stripe.prices = prices
    stripe.key = `sk_test_${randomBytes(8).toString('hex')}`
    stripe.secret = `whsec_${randomBytes(8).toString('hex')}`
    stripe.server = createServer((request, response) => stripe.#serve(request, response))
    await new Promise((resolve) => stripe.server.listen(0, '127.0.0.1', resolve))
    stripe.origin = `http://127.0.0.1:${stripe.server.address().port}`
    stripe.settings = { STRIPE_SECRET_KEY: stripe.key, STRIPE_WEBHOOK_SECRET: stripe.secret, STRIPE_API_BASE: stripe.origin }
    return stripe
  }

  stop() {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(resolve))
  }

  /** The subscription that was bought last. */
  get subscription() {
    return Object.values(this.subscriptions).at(-1)
  }

  // What happens to a subscription without anybody at a page.

  /** Its period ends, and the next one is paid for, or not. */
  async renew(subscription = this.subscription) {
    const schedule = this.schedules[subscription.schedule]
    const length = subscription.current_period_end - subscription.current_period_start
    Object.assign(subscription, { current_period_start: subscription.current_period_end, current_period_end: subscription.current_period_end + length })
    if (schedule) {
      subscription.items.data = schedule.phases[1].items.map((item) => this.#item(item.price))
      this.#release(schedule)
      await this.emit('subscription_schedule.released', schedule)
    }
    if (subscription.cancel_at_period_end) return this.end(subscription)
    await this.#charge(subscription, this.#dueFor(subscription))
  }

  /** An attempt to have an invoice paid fails. */
  async fail(subscription = this.subscription) {
    await this.#charge(subscription, this.#dueFor(subscription), true)
  }

  /** What is missing is paid. */
  async pay(subscription = this.subscription) {
    const invoice = this.invoices.findLast((one) => one.subscription === subscription.id && one.status === 'open')
    if (!invoice) throw new Error('nothing is missing')
    this.#settle(invoice)
    await this.emit('invoice.paid', invoice)
    await this.#become(subscription, { status: 'active' })
  }

  /** Stripe gives up after its last attempt. */
  async giveUp(subscription = this.subscription) {
    await this.#become(subscription, { status: 'unpaid' })
  }

  /** It ends at once. */
  async end(subscription = this.subscription) {
    const now = this.now()
    Object.assign(subscription, { status: 'canceled', canceled_at: now, ended_at: now })
    await this.emit('customer.subscription.deleted', subscription)
  }

  /** A part of the last payment is given back, or all of it. */
  async refund(amount, subscription = this.subscription) {
    const invoice = this.invoices.findLast((one) => one.subscription === subscription.id && one.amount_paid > 0)
    const charge = this.charges[invoice.charge]
    charge.amount_refunded = Math.min(charge.amount, charge.amount_refunded + (amount ?? charge.amount))
    charge.refunded = charge.amount_refunded === charge.amount
    await this.emit('charge.refunded', charge)
  }

  /** Sends all events again, the last one first: what comes of them is the same. */
  async repeat() {
    for (const event of this.events.toReversed()) await this.deliver(event)
  }

  /** Stripe's time, in seconds. */
  now() {
    return Math.floor(Date.now() / 1000) - this.daysAgo * day
  }

  /** Makes an event of an object as it is now, and sends it. */
  async emit(type, object, previous) {
    const data = { object: structuredClone(object), ...(previous && { previous_attributes: previous }) }
    const event = {
      id: this.#id('evt'), object: 'event', api_version: '2023-10-16', created: this.now(), livemode: false, pending_webhooks: 1,
      request: { id: null, idempotency_key: null }, type, data,
    }
    this.events.push({ event, status: 0 })
    await this.deliver(this.events.at(-1))
  }

  async deliver(kept) {
    const payload = JSON.stringify(kept.event)
    const at = Math.floor(Date.now() / 1000) // each attempt is signed anew
    const signature = createHmac('sha256', this.secret).update(`${at}.${payload}`).digest('hex')
    const answer = await fetch(`${this.parley}/api/v1/stripe/webhook`, {
      method: 'POST', body: payload, headers: { 'Content-Type': 'application/json', 'Stripe-Signature': `t=${at},v1=${signature}` },
    })
    kept.status = answer.status
    if (!answer.ok) throw new Error(`${kept.event.type} was answered ${answer.status}: ${await answer.text()}`)
  }

  // Objects.

  #id(kind) {
    return `${kind}_e2e${++this.#count}`
  }

  #price(id) {
    const price = this.prices[id]
    if (!price) throw new Refusal(404, 'invalid_request_error', 'resource_missing', `No such price: '${id}'`)
    const { interval, amount, currency, metered = false } = price
    const made = structuredClone(template('subscription').items.data[0].price)
    return { ...made, id, unit_amount: amount, unit_amount_decimal: String(amount), currency, recurring: { ...made.recurring, interval, usage_type: metered ? 'metered' : 'licensed' } }
  }

  #item(price) {
    const made = { ...template('subscription').items.data[0], id: this.#id('si'), price: this.#price(price) }
    if (this.prices[price].metered) delete made.quantity
    return made
  }

  /** What a period costs. */
  #dueFor(subscription) {
    return subscription.items.data.filter((item) => item.quantity).reduce((sum, item) => sum + item.price.unit_amount, 0)
  }

  /** Makes an invoice, pays it unless cards are declined, and tells. */
  async #charge(subscription, amount, fails = this.declines) {
    const invoice = {
      ...template('invoice'), id: this.#id('in'), number: `E2E-${String(this.invoices.length + 1).padStart(4, '0')}`, created: this.now(), currency: subscription.currency,
      customer: subscription.customer, subscription: subscription.id, subscription_details: { metadata: subscription.metadata }, billing_reason: 'subscription_cycle',
      period_start: subscription.current_period_start, period_end: subscription.current_period_end, amount_due: amount, amount_remaining: amount, total: amount, subtotal: amount,
      status: 'open', auto_advance: true, attempted: true, attempt_count: 1,
    }
    invoice.hosted_invoice_url = `${this.origin}/invoice/${invoice.id}`
    invoice.invoice_pdf = `${invoice.hosted_invoice_url}/pdf`
    this.invoices.push(invoice)
    subscription.latest_invoice = invoice.id
    if (fails) {
      await this.emit('invoice.payment_failed', invoice)
      return this.#become(subscription, { status: 'past_due' })
    }
    this.#settle(invoice)
    await this.emit('invoice.paid', invoice)
    if (!['active', 'trialing'].includes(subscription.status)) await this.#become(subscription, { status: 'active' })
    else await this.emit('customer.subscription.updated', subscription, {})
  }

  /** An invoice is paid. */
  #settle(invoice) {
    const charge = { ...template('charge'), id: this.#id('ch'), amount: invoice.total, amount_captured: invoice.total, amount_refunded: 0, currency: invoice.currency, customer: invoice.customer, invoice: invoice.id, created: this.now() }
    this.charges[charge.id] = charge
    Object.assign(invoice, { status: 'paid', paid: true, auto_advance: false, amount_paid: invoice.total, amount_remaining: 0, charge: charge.id })
  }

  /** Changes a subscription, and tells. */
  async #become(subscription, change) {
    const previous = Object.fromEntries(Object.keys(change).map((key) => [key, structuredClone(subscription[key])]))
    Object.assign(subscription, change)
    await this.emit('customer.subscription.updated', subscription, previous)
  }

  #release(schedule) {
    Object.assign(schedule, { status: 'released', released_at: this.now(), released_subscription: schedule.subscription })
    this.subscriptions[schedule.subscription].schedule = null
  }

  // The API.

  async #serve(request, response) {
    const url = new URL(request.url, this.origin)
    const body = await new Promise((resolve) => {
      let text = ''
      request.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text))
    })
    try {
      if (!url.pathname.startsWith('/v1/')) return await this.#page(request.method, url, response)
      const answer = await this.#api(request, url, parse(request.method === 'GET' ? url.searchParams : new URLSearchParams(body)))
      response.writeHead(200, { 'Content-Type': 'application/json', 'Request-Id': this.#id('req') }).end(JSON.stringify(answer))
    } catch (error) {
      if (!(error instanceof Refusal)) console.error('the stand-in of Stripe failed:', error)
      response.writeHead(error.status ?? 500, { 'Content-Type': 'application/json' }).end(JSON.stringify(error.body ?? { error: { type: 'api_error', message: String(error) } }))
    }
  }

  async #api(request, url, form) {
    if (request.headers.authorization !== `Bearer ${this.key}`) throw new Refusal(401, 'invalid_request_error', undefined, 'Invalid API Key')
    if (request.headers['stripe-version'] !== '2023-10-16') throw new Refusal(400, 'invalid_request_error', undefined, 'another version of the API')
    const once = request.headers['idempotency-key']
    if (once && this.#answers[once]) return this.#answers[once]
    const path = url.pathname.slice('/v1/'.length)
    for (const [pattern, answer] of Object.entries(this.#routes)) {
      const [method, shape] = pattern.split(' ')
      const found = method === request.method && path.match(new RegExp(`^${shape.replaceAll(':id', '([^/]+)')}$`))
      if (!found) continue
      const said = structuredClone(await answer(form, found[1]))
      if (once) this.#answers[once] = said
      return said
    }
    throw new Refusal(404, 'invalid_request_error', undefined, `Unrecognized request URL (${request.method}: ${url.pathname})`)
  }

  #routes = {
    'GET prices/:id': (_, id) => this.#price(id),
    'POST checkout/sessions': (form) => this.#begin(form),
    'GET checkout/sessions/:id': (_, id) => this.#session(id),
    'POST checkout/sessions/:id/expire': (_, id) => {
      const session = this.#session(id)
      if (session.status !== 'open') throw new Refusal(400, 'invalid_request_error', undefined, 'Only Checkout Sessions with a status in ["open"] can be expired.')
      return Object.assign(session, { status: 'expired' })
    },
    'POST billing_portal/sessions': ({ customer, return_url }) => ({ id: this.#id('bps'), object: 'billing_portal.session', customer, return_url, url: `${this.origin}/portal/${customer}?back=${encodeURIComponent(return_url)}` }),
    'GET invoices': ({ customer, subscription, status }) =>
      list(this.invoices.filter((one) => [customer ?? one.customer, subscription ?? one.subscription, status ?? one.status].join() === [one.customer, one.subscription, one.status].join()).toReversed()),
    'POST invoices/:id': ({ auto_advance }, id) => Object.assign(this.invoices.find((one) => one.id === id), { auto_advance: auto_advance === 'true' }),
    'GET invoices/upcoming': (form) => this.#upcoming(form),
    'GET subscriptions': () => list(Object.values(this.subscriptions).map((one) => this.#expanded(one)).toReversed()),
    'GET subscriptions/:id': (_, id) => this.#expanded(this.#found(id)),
    'POST subscriptions/:id': (form, id) => this.#update(this.#found(id), form),
    'DELETE subscriptions/:id': async (_, id) => {
      await this.end(this.#found(id))
      return this.#expanded(this.#found(id))
    },
    'POST subscription_schedules': ({ from_subscription }) => this.#schedule(this.#found(from_subscription)),
    'POST subscription_schedules/:id': ({ phases }, id) => this.#reschedule(this.schedules[id], phases),
    'POST subscription_schedules/:id/release': async (_, id) => {
      this.#release(this.schedules[id])
      await this.emit('subscription_schedule.released', this.schedules[id])
      return this.schedules[id]
    },
    'POST subscription_items/:id/usage_records': (form, id) => {
      ;(this.usage[id] ??= []).push(form)
      return { id: this.#id('mbur'), object: 'usage_record', livemode: false, quantity: Number(form.quantity), subscription_item: id, timestamp: Number(form.timestamp) }
    },
  }

  #found(id) {
    const found = this.subscriptions[id]
    if (!found) throw new Refusal(404, 'invalid_request_error', 'resource_missing', `No such subscription: '${id}'`)
    return found
  }

  #session(id) {
    const found = this.sessions[id]
    if (!found) throw new Refusal(404, 'invalid_request_error', 'resource_missing', `No such checkout.session: '${id}'`)
    return found.session
  }

  #expanded(subscription) {
    return { ...subscription, schedule: this.schedules[subscription.schedule] ?? null }
  }

  #begin(form) {
    for (const { price } of form.line_items) this.#price(price)
    const session = { ...template('session'), id: this.#id('cs'), mode: form.mode, client_reference_id: form.client_reference_id, customer: form.customer ?? null, customer_email: form.customer_email ?? null, metadata: form.metadata ?? {}, success_url: form.success_url, cancel_url: form.cancel_url }
    session.url = `${this.origin}/checkout/${session.id}`
    this.sessions[session.id] = { session, form }
    return session
  }

  /** Somebody pays at the page of a session. */
  async #complete({ session, form }) {
    const now = this.now()
    const trial = Number(form.subscription_data?.trial_end ?? 0)
    const items = form.line_items.map(({ price }) => this.#item(price))
    const end = trial || periodAfter(now, items[0].price.recurring.interval)
    const subscription = {
      ...template('subscription'), id: this.#id('sub'), customer: session.customer ?? this.#id('cus'), metadata: form.subscription_data?.metadata ?? {}, currency: items[0].price.currency,
      created: now, start_date: now, billing_cycle_anchor: trial || now, current_period_start: now, current_period_end: end, status: trial ? 'trialing' : 'incomplete',
      trial_start: trial ? now : null, trial_end: trial || null,
    }
    subscription.items = { ...subscription.items, data: items }
    this.subscriptions[subscription.id] = subscription
    Object.assign(session, { status: 'complete', payment_status: 'paid', customer: subscription.customer, subscription: subscription.id })
    await this.emit('customer.subscription.created', subscription)
    await this.#charge(subscription, trial ? 0 : this.#dueFor(subscription))
    await this.emit('checkout.session.completed', session)
  }

  /** Other items for a subscription, and what follows from them: its interval begins anew if it is another one. */
  #with(subscription, items = []) {
    const data = subscription.items.data.map((item) => ({ ...item }))
    for (const { id, price, deleted } of items) {
      const at = data.findIndex((item) => item.id === id)
      if (deleted) data.splice(at, 1)
      else if (at >= 0) data[at] = { ...this.#item(price), id }
      else data.push(this.#item(price))
    }
    const interval = data[0].price.recurring.interval
    const anew = interval !== subscription.items.data[0].price.recurring.interval
    return { data, anew, end: anew ? periodAfter(this.now(), interval) : subscription.current_period_end }
  }

  /** The lines of a change: what is left of the old price is credited, what is left of the new one is charged. */
  #prorated(subscription, { data, anew, end }, at) {
    const [old, fresh] = [subscription.items.data[0].price, data[0].price]
    const rest = subscription.status === 'trialing' ? 0 : (subscription.current_period_end - at) / (subscription.current_period_end - subscription.current_period_start)
    const line = (description, amount, price, proration) => ({ ...template('invoice').lines.data[0], id: this.#id('il'), amount, description, price, proration, type: proration ? 'invoiceitem' : 'subscription', period: { start: at, end } })
    return [
      line(`Unused time on ${old.id}`, -Math.round(old.unit_amount * rest), old, true),
      line(`Remaining time on ${fresh.id}`, Math.round(fresh.unit_amount * (anew ? 1 : rest)), fresh, !anew),
    ]
  }

  #upcoming({ subscription: id, subscription_items, subscription_proration_date, subscription_proration_behavior }) {
    const subscription = this.#found(id)
    const changed = this.#with(subscription, subscription_items)
    const [at, price] = [Number(subscription_proration_date ?? this.now()), changed.data[0].price]
    const renewal = { ...template('invoice').lines.data[0], amount: price.unit_amount, description: `1 × ${price.id}`, price, proration: false, type: 'subscription', period: { start: changed.end, end: periodAfter(changed.end, price.recurring.interval) } }
    const data = subscription_proration_behavior === 'none' ? [renewal] : this.#prorated(subscription, changed, at)
    const total = data.reduce((sum, line) => sum + line.amount, 0)
    return { ...template('invoice'), id: undefined, customer: subscription.customer, subscription: id, currency: price.currency, lines: { ...template('invoice').lines, data }, total, subtotal: total, amount_due: Math.max(0, total) }
  }

  async #update(subscription, { items, cancel_at_period_end, proration_date }) {
    if (items) {
      const changed = this.#with(subscription, items)
      const due = this.#prorated(subscription, changed, Number(proration_date)).reduce((sum, line) => sum + line.amount, 0)
      if (due > 0 && this.declines) throw new Refusal(402, 'card_error', 'card_declined', 'Your card was declined.')
      const period = changed.anew ? { current_period_start: this.now(), billing_cycle_anchor: this.now() } : {}
      await this.#become(subscription, { items: { ...subscription.items, data: changed.data }, current_period_end: changed.end, ...period })
      if (due > 0) await this.#charge(subscription, due)
    }
    if (cancel_at_period_end) {
      const ends = cancel_at_period_end === 'true'
      await this.#become(subscription, { cancel_at_period_end: ends, cancel_at: ends ? subscription.current_period_end : null, canceled_at: ends ? this.now() : null })
    }
    return this.#expanded(subscription)
  }

  async #schedule(subscription) {
    const { current_period_start: start, current_period_end: end } = subscription
    const phase = { ...template('schedule').phases[0], start_date: start, end_date: end, items: subscription.items.data.map((item) => ({ price: item.price.id, quantity: item.quantity })) }
    const schedule = { ...template('schedule'), id: this.#id('sub_sched'), customer: subscription.customer, subscription: subscription.id, status: 'active', current_phase: { start_date: start, end_date: end }, phases: [phase] }
    this.schedules[schedule.id] = schedule
    subscription.schedule = schedule.id
    await this.emit('subscription_schedule.created', schedule)
    return schedule
  }

  async #reschedule(schedule, phases) {
    const [now, later] = phases.map((phase) => phase.items.map(({ price, quantity }) => ({ price, quantity: quantity && Number(quantity) })))
    for (const { price } of later) this.#price(price)
    const [first] = schedule.phases
    schedule.phases = [{ ...first, items: now }, { ...first, items: later, start_date: first.end_date, end_date: periodAfter(first.end_date, this.prices[later[0].price].interval) }]
    await this.emit('subscription_schedule.updated', schedule)
    return schedule
  }

  // The pages.

  async #page(method, url, response) {
    const [, kind, id, act] = url.pathname.split('/')
    const go = (to) => response.writeHead(303, { Location: to }).end()
    const show = (title, ...parts) =>
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        .end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>${title}</title><main><h1>${title}</h1>${parts.join('')}</main>`)
    const button = (text, to) => `<form method="post" action="${to}"><button>${text}</button></form>`
    if (kind === 'checkout' && this.sessions[id]) {
      const kept = this.sessions[id]
      if (kept.session.status === 'expired') return show('This page has expired')
      if (act === 'leave') return go(kept.session.cancel_url)
      if (act === 'pay' && method === 'POST' && !this.declines) {
        if (kept.session.status !== 'complete') await this.#complete(kept)
        return go(kept.session.success_url)
      }
      const lines = kept.form.line_items.map(({ price }) => `<p>${price}: ${(this.prices[price].amount / 100).toFixed(2)} ${this.prices[price].currency}</p>`)
      return show('Pay with the stand-in of Stripe', act === 'pay' ? '<p role="alert">Your card was declined.</p>' : '', ...lines, button('Pay', `/checkout/${id}/pay`), button('Leave', `/checkout/${id}/leave`))
    }
    if (kind === 'portal') {
      const back = url.searchParams.get('back')
      const subscription = Object.values(this.subscriptions).find((one) => one.customer === id)
      const missing = this.invoices.some((one) => one.customer === id && one.status === 'open')
      if (act === 'pay' && method === 'POST' && missing && !this.declines) {
        await this.pay(subscription)
        return go(back)
      }
      return show('How you pay', missing ? button('Pay what is missing', `/portal/${id}/pay?back=${encodeURIComponent(back)}`) : '<p>All is paid.</p>', `<a href="${back}">Back</a>`)
    }
    if (kind === 'invoice') return show(`Invoice ${id}`)
    response.writeHead(404).end()
  }
}

const list = (data) => ({ object: 'list', data, has_more: false })

/** When a period that begins then ends, in seconds. */
function periodAfter(start, interval) {
  const end = new Date(start * 1000)
  if (interval === 'year') end.setUTCFullYear(end.getUTCFullYear() + 1)
  else end.setUTCMonth(end.getUTCMonth() + 1)
  return Math.floor(end / 1000)
}

/** Reads items[0][price]=… into {items: [{price}]}. */
function parse(form) {
  const read = {}
  for (const [name, value] of form) {
    const keys = name.split(/[[\]]+/).filter(Boolean)
    const last = keys.pop()
    const within = keys.reduce((object, key, at) => (object[key] ??= /^\d+$/.test(keys[at + 1] ?? last) ? [] : {}), read)
    within[last] = value
  }
  return read
}
