/**
 * Writes every page and state to ../screenshots, as <what>-<width>-<look>.png:
 * the widget against the stand-in, the demo and the dashboard with the real server.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent } from './harness/agent.mjs'
import { launch, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { fixture, root } from './harness/files.mjs'
import { Guest } from './harness/guest.mjs'
import { startHost } from './harness/host.mjs'
import { Day, enter, states } from './harness/inbox.mjs'
import { Mailbox } from './harness/mailbox.mjs'
import { Owner } from './harness/owner.mjs'
import { Parley } from './harness/parley.mjs'
import { Shop, show, views } from './harness/shop.mjs'
import { Sold } from './harness/sold.mjs'
import { StandIn } from './harness/stand-in.mjs'
import { seed } from './harness/tools.mjs'
import { Visitor } from './harness/visitor.mjs'

const folder = join(root, 'screenshots')
const wide = { viewport: { width: 1440, height: 900 } }
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const sizes = { 1440: wide, 390: phone }
const looks = { light: {}, dark: { colorScheme: 'dark' } }

const english = {
  question: 'How long can I return a bicycle?',
  answer: 'You can return an unused bicycle within **45 days** [1]. Without the receipt we look it up by your e-mail address [2].\n\n- Accessories: 30 days\n- Helmets: not at all\n\n| Part | Days |\n|---|---|\n| Frame | 45 |\n| Saddle | 30 |',
  titles: ['Returns and refunds', 'handbook-for-customers-2026-final-version.pdf'],
  quote: 'You may return an unused bicycle within 45 days of delivery. Bring the receipt, the tools and the second key.',
  hello: 'Hello, I am Ada. Let me look at your order.',
  greeting: { name: 'Fernway', greeting: 'Hello! Ask me about our bicycles, delivery or returns.', suggestions: ['How long can I return a bicycle?', 'Do you deliver to islands?'] },
}
const arabic = {
  question: 'كم يومًا لدي لإرجاع الدراجة؟',
  answer: 'يمكنك إرجاع دراجة غير مستعملة خلال **45 يومًا** [1]. إن لم يكن معك الإيصال بحثنا عنه ببريدك الإلكتروني [2].\n\n- الملحقات: 30 يومًا\n- الخوذات: لا تُرجع',
  titles: ['الإرجاع والاسترداد', 'handbook-2026.pdf'],
  quote: 'يمكنك إرجاع دراجة غير مستعملة خلال 45 يومًا من التسليم.',
  hello: 'مرحبًا، أنا آدا. سأنظر في طلبك.',
  greeting: { name: 'فيرنواي', greeting: 'مرحبًا! اسألني عن دراجاتنا أو التوصيل أو الإرجاع.', suggestions: ['كم يومًا لدي لإرجاع الدراجة؟', 'هل توصلون إلى الجزر؟'] },
}

async function widget(browser, size, look, options, texts, path) {
  const server = await StandIn.start()
  server.greeting = texts.greeting
  const host = await startHost({ '/': { snippet: server.snippet }, '/rtl': { snippet: server.snippet, html: 'lang="ar" dir="rtl"' } })
  const page = await visit(browser, { ...sizes[size], ...options, reducedMotion: 'reduce' })
  const shoot = (state) => page.screenshot({ path: join(folder, `widget-${state}-${size}-${look}.png`), animations: 'disabled' })
  const messages = page.getByRole('log', { name: 'Messages' })
  const visitor = new Visitor(page)
  const citations = texts.titles.map((title, i) => ({ mark: i + 1, title, quote: texts.quote, page: i ? 12 : 0, url: i ? '' : 'https://shop.example/returns' }))

  await page.goto(host.origin + path)
  await page.getByRole('button', { name: 'Open chat' }).waitFor()
  await shoot('01-closed')
  let hold = true
  server.intercept = ({ type }) => hold && type === 'session.open'
  await page.getByRole('button', { name: 'Open chat' }).click()
  await page.waitForTimeout(400) // the skeleton appears when it takes longer than a blink
  await shoot('02-connecting')
  hold = false
  server.cut()
  await page.getByText(texts.greeting.greeting).waitFor()
  await shoot('03-empty')
  await visitor.ask(texts.question)
  await page.getByRole('img', { name: 'Writing an answer' }).waitFor()
  await shoot('04-thinking')
  const answer = server.answer()
  answer.write(texts.answer.slice(0, 90))
  await page.getByRole('button', { name: 'Stop answering' }).waitFor()
  await page.waitForTimeout(100)
  await shoot('05-streaming')
  answer.write(texts.answer.slice(90))
  answer.end({ citations })
  await visitor.answered(1)
  await shoot('06-answered')
  await messages.getByRole('button', { name: /^Source 1/ }).click()
  await page.getByRole('dialog', { name: /^Source 1/ }).waitFor()
  await shoot('07-source')
  await page.getByRole('button', { name: 'Close source' }).click()
  await page.getByRole('button', { name: 'Not helpful' }).click()
  await page.getByRole('textbox', { name: 'What was missing or wrong?' }).waitFor()
  await shoot('08-feedback')
  await page.getByRole('button', { name: 'Talk to a person' }).click()
  await messages.getByText(/in line|right now/).last().waitFor()
  await shoot('09-waiting')
  server.setStatus('agent', { agent: { name: 'Ada Lovelace' } })
  server.event('message.created', { message: 'msg_a', author: { kind: 'agent', name: 'Ada Lovelace' }, text: texts.hello })
  server.tell({ type: 'typing', data: { author: { kind: 'agent', name: 'Ada Lovelace' } } })
  await page.getByRole('img', { name: 'Ada Lovelace is writing' }).waitFor()
  await shoot('10-agent')
  server.setStatus('bot')
  server.intercept = ({ ref, type, say }) =>
    type === 'message.send' && (say({ ref, type: 'error', data: { code: 'rate_limited', message: 'You are faster than we can read.', retry_after: 30 } }), true)
  await page.getByRole('textbox', { name: 'Write a message…' }).fill(texts.question)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove' }).waitFor()
  await shoot('11-refused')
  await page.getByRole('button', { name: 'Remove' }).click()
  server.intercept = () => false
  await visitor.ask('Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft https://shop.example/orders/12345678901234567890123456789012345678901234567890')
  const failed = server.answer()
  failed.write('👩‍👩‍👧‍👦 It is')
  failed.interrupt('failed')
  await messages.getByText('could not be finished').waitFor()
  await shoot('12-failed')
  server.intercept = ({ ref, type, say }) =>
    type === 'message.retry' && (say({ ref, type: 'error', data: { code: 'answering', message: 'Another answer is being written. Please wait for its end.' } }), true)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Another answer is being written.').waitFor()
  await shoot('12-failed-again')
  await page.getByRole('textbox', { name: 'Write a message…' }).fill('x'.repeat(8011))
  await page.getByText('11 characters too many').waitFor()
  await shoot('13-too-long')
  await page.getByRole('textbox', { name: 'Write a message…' }).fill('')
  server.intercept = ({ socket }) => (socket.terminate(), true)
  server.cut()
  await page.getByText('Reconnecting…').waitFor()
  await shoot('14-offline')
  server.intercept = () => false
  await page.getByText('Reconnecting…').waitFor({ state: 'detached', timeout: 60_000 })
  server.setStatus('closed')
  await messages.getByText('Closed. Write to open it again.').waitFor()
  await shoot('15-closed-conversation')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Open chat/ }).waitFor()
  server.event('message.created', { message: 'msg_b', author: { kind: 'agent', name: 'Ada' }, text: texts.hello })
  await page.getByRole('button', { name: /unread/ }).waitFor()
  await shoot('16-unread')
  server.intercept = ({ socket }) => (socket.close(4501), true)
  server.cut()
  await page.getByRole('button', { name: /^Open chat/ }).click()
  await page.getByText('The chat is not available right now.').waitFor()
  await shoot('17-unavailable')
  await page.context().close()
  await host.stop()
  await server.stop()
}

async function widgets(browser) {
  for (const size of Object.keys(sizes)) {
    for (const [look, options] of Object.entries(looks)) await widget(browser, size, look, options, english, '/')
    await widget(browser, size, 'rtl', {}, arabic, '/rtl')
  }
}

async function product(browser) {
  const parley = await Parley.start(['--demo'])
  try {
    const owner = new Owner(await visit(browser), parley.origin)
    const company = { company: 'Fernway Cycles', email: 'mia@fernway.example', password: 'correct horse battery' }
    const everywhere = async (name, act) => {
      const address = owner.page.url()
      const state = await owner.page.context().storageState()
      for (const [size, view] of Object.entries(sizes)) {
        for (const [look, options] of Object.entries(looks)) {
          const page = await visit(browser, { ...view, ...options, storageState: state, reducedMotion: 'reduce' })
          await page.goto(address)
          await page.getByRole('heading').first().waitFor()
          await page.waitForLoadState('networkidle')
          await act?.(page)
          await page.screenshot({ path: join(folder, `${name}-${size}-${look}.png`), fullPage: !act, animations: 'disabled' })
          await page.context().close()
        }
      }
    }
    const visitDemo = async (page, question) => {
      const visitor = new Visitor(page)
      await page.getByRole('button', { name: 'Ask a question' }).click()
      await visitor.ask(question)
      await visitor.answered(1)
    }

    await owner.page.goto(`${parley.origin}/demo`)
    await everywhere('demo-1-page')
    await everywhere('demo-2-answer', (page) => visitDemo(page, 'How do I put the widget on my website?'))

    await owner.page.goto(`${parley.origin}/register`)
    await everywhere('dashboard-01-register')
    await owner.page.goto(`${parley.origin}/sign-in`)
    await everywhere('dashboard-02-sign-in')
    await owner.register(company)
    await everywhere('dashboard-03-first-run')
    await owner.createBot('Fernway helper')
    await everywhere('dashboard-04-nothing-known')
    await owner.upload(fixture('handbook.md'), fixture('warranty.pdf'), fixture('delivery.docx'))
    await everywhere('dashboard-05-knowledge')
    for (const [i, name] of ['Settings', 'Appearance', 'Try it', 'Install'].entries()) {
      await owner.botPage(name)
      await everywhere(`dashboard-${String(6 + i).padStart(2, '0')}-${name.toLowerCase().replace(' ', '-')}`)
    }
    await owner.allow('localhost:*')
    const host = await startHost({ '/': { snippet: await owner.snippet() } })
    const visitor = new Visitor(await visit(browser))
    await visitor.open(host.origin)
    await visitor.ask('How many days do I have to return an unused bicycle?')
    await visitor.answered(1)
    await owner.conversation(/return|45 days/)
    await everywhere('dashboard-10-conversation')
    await everywhere('dashboard-10-why', async (page) => {
      await page.getByRole('button', { name: 'Why this answer?' }).first().click()
      await page.getByRole('complementary').getByText('How it was written').waitFor()
    })
    await owner.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Inbox' }).click()
    await everywhere('dashboard-11-conversations')
    await owner.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }).click()
    await everywhere('dashboard-12-home')
    await visitor.page.context().close()
    await host.stop()
  } finally {
    await parley.stop()
  }
}

/** Every state of the inbox. */
async function inbox(browser) {
  const day = await Day.begin()
  try {
    for (const [size, options] of Object.entries(sizes)) {
      const agents = {}
      for (const who of ['ada', 'vera']) {
        const page = await visit(browser, { ...options, reducedMotion: 'reduce' })
        await day.business.admit(page, day[who])
        agents[who] = new Agent(page, day[who], day.parley.origin)
      }
      for (const [i, state] of states.entries()) {
        if (state.wide && size === '390') continue
        const agent = agents[state.as ?? 'ada']
        await enter(agent, day, state, size === '390')
        await agent.page.waitForLoadState('networkidle')
        for (const look of Object.keys(looks)) {
          await agent.paint(look)
          await agent.page.screenshot({ path: join(folder, `inbox-${String(i + 1).padStart(2, '0')}-${state.name}-${size}-${look}.png`), animations: 'disabled' })
        }
        await state.after?.(agent)
      }
    }
  } finally {
    await day.end()
  }
}

/** Where a bot is tried, tested and made better. */
async function improve(browser) {
  const shop = await Shop.open({ model: true })
  try {
    await shop.fill()
    for (const [size, options] of Object.entries(sizes)) {
      const page = await visit(browser, { ...options, reducedMotion: 'reduce' })
      await shop.business.admit(page, shop.business.owner)
      for (const [i, view] of views.entries()) {
        await page.setViewportSize(options.viewport)
        await show(page, shop, view)
        // The page scrolls within its frame: all of it is in the picture of a window that is high enough.
        const { width, height } = options.viewport
        const whole = await page.evaluate(() => Math.max(...[...document.querySelectorAll('main, main *')].filter((e) => getComputedStyle(e).overflowY === 'auto').map((e) => e.scrollHeight), 0))
        await page.setViewportSize({ width, height: Math.max(height, Math.min(whole, 3000)) })
        for (const colorScheme of Object.keys(looks)) {
          await page.emulateMedia({ colorScheme })
          await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
          await page.screenshot({ path: join(folder, `improve-${String(i + 1).padStart(2, '0')}-${view.name}-${size}-${colorScheme}.png`), fullPage: true, animations: 'disabled' })
        }
      }
      await page.context().close()
    }
  } finally {
    await shop.close()
  }
}

/** An inbox of thousands of conversations, read to somewhere in its middle. */
async function thousands(browser) {
  const parley = await Parley.start()
  try {
    const business = await Business.open(parley)
    const bot = await business.bot({})
    await parley.down()
    await seed({ parley, tenant: business.owner.tenant, bot, conversations: 5_000 })
    await parley.up()
    for (const [size, options] of Object.entries(sizes)) {
      const agent = new Agent(await visit(browser, { ...options, reducedMotion: 'reduce' }), business.owner, parley.origin)
      await business.admit(agent.page, business.owner)
      await agent.go('/conversations?queue=bot')
      for (let rows = 0; rows < 20; rows++) await agent.press('j')
      await agent.page.waitForLoadState('networkidle')
      for (const look of Object.keys(looks)) {
        await agent.paint(look)
        await agent.page.screenshot({ path: join(folder, `inbox-31-thousands-${size}-${look}.png`), animations: 'disabled' })
      }
      await agent.page.context().close()
    }
  } finally {
    await parley.stop()
  }
}

/** Each kind of mail. */
async function mails(browser) {
  const parley = await Parley.start([], { PARLEY_MAIL_AFTER: '1s' })
  try {
    const business = await Business.open(parley)
    const { call, owner } = business
    const ada = await business.hire('Ada Lovelace')
    const origin = 'http://localhost:9999'
    const bot = await business.bot({ name: 'Fernway helper', origins: [origin], appearance: { accent: '#0a7d32', hours: { zone: 'Europe/Berlin', week: [] } }, texts: [{ title: 'Returns', text: english.quote }] })
    const guest = await Guest.come({ parley, bot, origin })
    await guest.ask('contact.set', { name: 'Lena Öhm', email: 'lena@visitor.example' })
    await guest.send(english.question)
    await guest.heard('message.completed')
    await guest.send(arabic.question)
    await guest.ask('handoff.request')
    const mailbox = new Mailbox(parley)
    await mailbox.next('waiting', ada.email)
    const ask = (member, method, path, body) => call.call(business, member, method, `conversations/${guest.conversation}/${path}`, body)
    await ask(ada, 'PUT', 'assignment', {})
    await ask(ada, 'POST', 'notes', { text: 'She wrote in March too. @Mia Fern, may she have it?', mentions: [owner.user], client_id: 'n' })
    guest.leave()
    await ask(ada, 'POST', 'messages', { text: `${english.hello} It is **on its way**:\n\n1. parcel 4711\n2. parcel 4712`, client_id: 'a' })
    await ask(ada, 'POST', 'transcript', {})
    const to = { invitation: ada.email, waiting: ada.email, missed: 'lena@visitor.example', transcript: 'lena@visitor.example', mention: owner.email }
    for (const [kind, address] of Object.entries(to)) {
      const mail = await mailbox.next(kind, address)
      for (const [size, options] of Object.entries(sizes)) {
        const page = await visit(browser, options)
        await page.goto(mail.page)
        for (const look of Object.keys(looks)) {
          await page.emulateMedia({ colorScheme: look })
          await page.screenshot({ path: join(folder, `mail-${kind}-${size}-${look}.png`), fullPage: true })
        }
        await page.context().close()
      }
    }
  } finally {
    await parley.stop()
  }
}

/** Where people show who they are, and where a business keeps what is its own. */
async function security(browser) {
  const parley = await Parley.start()
  try {
    const business = await Business.open(parley)
    await business.hire('Ada Lovelace')
    const bot = await business.bot({ name: 'Fernway helper', origins: ['http://localhost:9999'] })
    const make = (path, body) => business.call(business.owner, 'POST', path, body)
    await make('api-keys', { name: 'Website search', scopes: ['read', 'ask'], bot, addresses: ['203.0.113.0/24'] })
    await make('webhooks', { url: 'https://shop.example/parley', note: 'Orders', events: ['message.created'] })
    await make(`bots/${bot}/identity/secrets`)
    const press = (name) => (page) => page.getByRole('button', { name }).first().click()
    const open = [
      ['sign-in', '/sign-in'],
      ['refused', '/sign-in?sso=oidc_link_first'],
      ['second-step', '/sign-in#challenge=none'],
      ['forgot', '/forgot'],
      ['reset', '/reset#none'],
      ['link-over', '/confirm'],
    ]
    const signedIn = [
      ['profile', '/profile', press('Change address')],
      ['delete-account', '/profile', press('Delete my account')],
      ['security', '/profile/security'],
      ['set-up', '/profile/security?required=yes', press('Set up')],
      ['general', '/settings/general'],
      ['access', '/settings/access'],
      ['privacy', '/settings/privacy'],
      ['delete-business', '/settings/privacy', press('Delete Fernway Cycles')],
      ['keys', '/settings/keys'],
      ['new-key', '/settings/keys', press('New key')],
      ['webhooks', '/settings/webhooks'],
      ['new-webhook', '/settings/webhooks', press('New webhook')],
      ['audit', '/settings/audit'],
      ['activity', '/settings/activity'],
      ['install', `/bots/${bot}/install`],
      ['hand-over', '/team', press('Hand over')],
    ]
    for (const [size, options] of Object.entries(sizes)) {
      const page = await visit(browser, { ...options, reducedMotion: 'reduce' })
      const shoot = async (name, path, act) => {
        await page.goto('about:blank') // the same address with another # would load nothing
        await page.goto(parley.origin + path)
        await page.getByRole('heading').first().waitFor()
        await page.waitForLoadState('networkidle')
        await act?.(page)
        for (const colorScheme of Object.keys(looks)) {
          await page.emulateMedia({ colorScheme })
          await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
          await page.screenshot({ path: join(folder, `security-${name}-${size}-${colorScheme}.png`), animations: 'disabled' })
        }
      }
      for (const view of open) await shoot(...view)
      await business.admit(page, business.owner)
      for (const view of signedIn) await shoot(...view)
      await page.context().close()
    }
  } finally {
    await parley.stop()
  }
}

/** What is sold, and what a business has and uses of it. */
async function plans(browser) {
  const sold = await Sold.open()
  try {
    const business = await Business.open(sold.parley)
    const bot = await business.bot({ name: 'Fernway helper', texts: [{ title: 'Returns', text: english.quote }] })
    const pages = {}
    for (const [size, options] of Object.entries(sizes)) pages[size] = await visit(browser, { ...options, reducedMotion: 'reduce' })
    const shoot = async (name, path, act) => {
      for (const [size, page] of Object.entries(pages)) {
        await page.goto(sold.parley.origin + path)
        await page.getByRole('heading').first().waitFor()
        await page.waitForLoadState('networkidle')
        await act?.(page)
        // The page scrolls within its frame: all of it is in the picture of a window that is high enough.
        const { width, height } = sizes[size].viewport
        if (!act) await page.setViewportSize({ width, height: 2400 })
        for (const colorScheme of Object.keys(looks)) {
          await page.emulateMedia({ colorScheme })
          await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
          await page.screenshot({ path: join(folder, `plans-look-${name}-${size}-${colorScheme}.png`), animations: 'disabled' })
        }
        await page.setViewportSize({ width, height })
      }
    }
    await shoot('offer', '/plans')
    await shoot('register', '/register?plan=growth')
    for (const page of Object.values(pages)) await business.admit(page, business.owner)
    await shoot('trial', '/settings/plan')
    await sold.buy(business, 'growth')
    await sold.use(business, bot, 9)
    await shoot('bought', '/settings/plan')
    const change = (to) => async (page) => {
      await page.getByRole('button', { name: `Change to ${to}` }).click()
      await page.getByRole('dialog').getByRole('button', { name: /hange/ }).waitFor()
    }
    await shoot('larger', '/settings/plan', change('Business'))
    await shoot('smaller', '/settings/plan', change('Starter'))
    await shoot('usage', '/settings/usage')
    await shoot('support', '/settings/privacy')
    await sold.stripe.fail()
    await shoot('past-due', '/settings/plan')
  } finally {
    await sold.close()
  }
}

/** The parts: all, or those that are named. */
const parts = { widget: widgets, product, inbox, improve, security, plans, thousands, mails }
const wanted = process.argv.slice(2)

if (wanted.length === 0) await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
const browser = await launch()
try {
  for (const [name, take] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await take(browser)
} finally {
  await browser.close()
}
console.log(`written to ${folder}`)
