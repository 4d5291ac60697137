/** A business in the middle of its day, and every state that its inbox can be in. */
import { until } from './browser.mjs'
import { Business } from './business.mjs'
import { Guest } from './guest.mjs'
import { Parley } from './parley.mjs'
import { Talker } from './talker.mjs'

const origin = 'http://localhost:9999'
const texts = [{ title: 'Returns and refunds', text: 'You may return an unused bicycle within 45 days of delivery. Bring the receipt, the tools and the second key. A refund takes five days.' }]
const answer = 'You can return an unused bicycle within **45 days** [1]. Please bring:\n\n- the receipt\n- both keys\n\nA refund takes five days, to the card that you paid with, once we have looked at it.'
const longName = 'Karl-Theodor Maria Nikolaus Johann Jacob Philipp Franz Joseph Sylvester von Obenüber'

export class Day {
  conversations = {} // ids, by what they show

  static async begin() {
    const day = new Day()
    day.talker = await Talker.start()
    day.talker.reply = () => answer
    day.parley = await Parley.start([], { ...day.talker.settings, PARLEY_LIMITS: 'off' })
    day.business = await Business.open(day.parley)
    const { business } = day
    day.ada = await business.hire('Ada Lovelace')
    day.ben = await business.hire('Ben King')
    day.vera = await business.hire('Vera Viewer', 'viewer')
    await business.hire(longName)
    day.bot = await business.bot({ name: 'Fernway helper', origins: [origin], texts })
    await day.fill()
    return day
  }

  async end() {
    for (const guest of this.guests) guest.leave()
    await this.parley?.stop()
    await this.talker?.stop()
  }

  guests = []
  /** A visitor who has said something and was answered. */
  async come(question, { contact, status, ...more } = {}) {
    const guest = await Guest.come({ parley: this.parley, bot: this.bot, origin, ...more })
    this.guests.push(guest)
    if (contact) await guest.ask('contact.set', contact)
    await guest.send(question)
    if (this.talker.limit === Infinity) await guest.heard('message.completed')
    if (status === 'waiting') await guest.ask('handoff.request')
    return guest.conversation
  }
  ask = (member, method, conversation, path, body) => this.business.call(member, method, `conversations/${conversation}${path}`, body)

  async fill() {
    const { business, conversations, ada, ben } = this
    const labels = []
    for (const [name, color] of [['Refund', '#c2410c'], ['VIP', '#7c3aed'], ['Donaudampfschifffahrtsgesellschaft', '#0f766e']]) labels.push((await business.call(ada, 'POST', 'labels', { name, color })).id)
    for (const [shortcut, title] of [['hello', 'A greeting'], ['refund', 'How long a refund takes'], ['refund-late', 'A refund that is late']]) {
      await business.call(ada, 'POST', 'replies', { shortcut, title, text: `Hello {{visitor.name}}, this is {{agent.name}} of {{company}}. ${title}: five days, and never more than ten.` })
    }
    conversations.spam = await this.come('BUY CHEAP BICYCLES NOW https://spam.example/?a=1')
    await this.ask(ada, 'PATCH', conversations.spam, '', { spam: true })
    conversations.closed = await this.come('Thank you, it works now.', { contact: { name: 'Zoë Ångström' } })
    await this.ask(ada, 'PUT', conversations.closed, '/status', { status: 'closed' })
    conversations.snoozed = await this.come('I come on Monday.', { contact: { name: 'Sam 👩‍🔧' } })
    await this.ask(ada, 'PATCH', conversations.snoozed, '', { snoozed_until: new Date(Date.now() + 20 * 3_600_000).toISOString() })
    conversations.arabic = await this.come('كم يومًا لدي لإرجاع الدراجة؟ أريد إرجاعها لأن المفتاح الثاني لا يعمل.', { contact: { name: 'محمد الأمين' }, locale: 'ar', status: 'waiting' })
    await this.ask(ada, 'PUT', conversations.arabic, '/assignment', {})
    await this.ask(ada, 'POST', conversations.arabic, '/messages', { text: 'مرحبًا، أنا آدا. سأنظر في طلبك.', client_id: 'a1' })
    conversations.long = await this.come(`${'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft '.repeat(2)}https://shop.example/orders/${'1234567890'.repeat(28)}`, {
      contact: { name: longName, email: `${'sylvester.'.repeat(5)}obenueber@visitor.example`, phone: '+49 30 1234567890' }, locale: 'de', page: `https://shop.example/${'a-very-long-path/'.repeat(8)}`,
    })
    await this.ask(ada, 'PATCH', conversations.long, '', { labels })
    conversations.bens = await this.come('Is anybody there?', { contact: { name: 'Αθηνά Παπαδοπούλου' }, status: 'waiting' })
    await this.ask(ben, 'PUT', conversations.bens, '/assignment', {})
    await this.ask(ben, 'POST', conversations.bens, '/messages', { text: 'Yes. I am Ben. What is it?', client_id: 'b1' })
    conversations.waiting = await this.come('Can I have my money back for a bicycle that was ridden once?', {
      contact: { name: 'Lena Öhm', email: 'lena@visitor.example' }, locale: 'sv', page: 'https://shop.example/returns', fields: { plan: 'Premium', customer: '4711' }, status: 'waiting',
    })
    await this.ask(ada, 'PATCH', conversations.waiting, '', { labels: labels.slice(0, 2) })
    conversations.mine = await this.come('My refund has not come. Can somebody look at it?', { contact: { name: 'Mia Fernandez', email: 'mia@visitor.example', phone: '+49 30 123456' }, page: 'https://shop.example/orders/4711', locale: 'de-DE', fields: { plan: 'Premium' }, status: 'waiting' })
    await this.ask(ada, 'PUT', conversations.mine, '/assignment', {})
    await this.ask(ada, 'POST', conversations.mine, '/messages', { text: 'Hello Mia, I am Ada. I look at it now.', client_id: 'a2' })
    await this.ask(ben, 'POST', conversations.mine, '/notes', { text: '@Ada Lovelace the bank sent it back to us on Friday.', mentions: [], client_id: 'n1' })
    await this.ask(ada, 'PATCH', conversations.mine, '', { labels: labels.slice(0, 1) })
    await this.ask(ada, 'POST', conversations.mine, '/messages', { text: 'Our bank has sent it **back to us**. Which account may we send it to?', client_id: 'a3' })
    this.talker.limit = 14
    conversations.streaming = await this.come('How long can I return a bicycle, and how long does a refund take?')
  }
}

/** What an agent's window can show: how one comes there. `wide`: not on phones. */
export const states = [
  { name: 'empty', path: '?queue=mentions', sees: 'No note names you' },
  { name: 'list', path: '?queue=team', rows: true },
  { name: 'filters', path: '?queue=team', rows: true, act: ({ page }) => press(page, 'Filters', page.getByLabel('From')) },
  { name: 'found', path: '?q=Lena', rows: true },
  { name: 'nothing-found', path: '?q=nobody', sees: 'Nothing fits' },
  { name: 'streaming', of: 'streaming', sees: 'the receipt' },
  { name: 'waiting', of: 'waiting', sees: 'Waits for a person' },
  { name: 'mine', of: 'mine', queue: 'mine', sees: 'Which account may we send it to?' },
  { name: 'note', of: 'mine', act: (agent) => agent.write('n', agent.noteField, 'Please look at it too, @B'), sees: 'Only your team sees this' },
  { name: 'replies', of: 'mine', act: (agent) => agent.write('r', agent.composer, '/ref'), sees: 'A refund that is late' },
  { name: 'assign', of: 'mine', wide: true, act: (agent) => agent.press('a'), sees: 'Ben King' },
  { name: 'snooze', of: 'mine', wide: true, act: (agent) => agent.press('s'), sees: 'Tomorrow' },
  { name: 'pick-time', of: 'mine', act: pickTime, sees: 'Date and time' },
  { name: 'more', of: 'mine', act: ({ page }) => press(page, 'More actions', page.getByRole('menuitem', { name: 'Block visitor' })) },
  { name: 'block', of: 'mine', act: ({ page }) => more(page, 'Block visitor'), sees: 'Block this visitor?' },
  { name: 'label', of: 'mine', panel: true, act: ({ page }) => press(page, 'Add label', page.getByRole('textbox', { name: 'Find a label' })) },
  { name: 'why', of: 'mine', act: ({ page }) => press(page, 'Why this answer?', page.getByRole('complementary', { name: 'Why this answer?' }).getByText('How it was written')) },
  { name: 'contact', of: 'waiting', panel: true, sees: 'From your website' },
  { name: 'palette', of: 'mine', act: (agent) => agent.look('re'), sees: 'Return to bot' },
  { name: 'keys', of: 'mine', act: (agent) => agent.press('?'), sees: 'Next conversation' },
  { name: 'duty', path: '?queue=team', rows: true, act: ({ page }) => press(page, /Whether you take/, page.getByText('Alerts', { exact: true })) },
  { name: 'conflict', of: 'bens', act: (agent) => agent.press('t'), sees: 'Take anyway' },
  { name: 'closed', of: 'closed', queue: 'closed', sees: 'This conversation is closed.' },
  { name: 'spam', of: 'spam', queue: 'spam', sees: 'Spam' },
  { name: 'snoozed', of: 'snoozed', queue: 'snoozed', sees: 'Snoozed until' },
  { name: 'long', of: 'long', queue: 'bot', sees: 'von Obenüber' },
  { name: 'arabic', of: 'arabic', queue: 'mine', sees: 'سأنظر في طلبك' },
  { name: 'missing', path: '/cnv_nothing?queue=bot', sees: 'There is no such conversation' },
  { name: 'viewer', of: 'waiting', as: 'vera', sees: 'You may read this conversation.' },
  { name: 'offline', of: 'mine', act: losesNetwork, sees: 'You are offline.', after: ({ page }) => page.context().setOffline(false) },
]

async function losesNetwork(agent) {
  await agent.write('r', agent.composer, 'It is on its way')
  await agent.page.context().setOffline(true)
}

async function pickTime(agent, phone) {
  if (phone) return more(agent.page, 'Snooze')
  await agent.press('s')
  await agent.choose('Pick a time…')
}

async function more(page, name) {
  const item = page.getByRole('menuitem', { name, exact: true })
  await press(page, 'More actions', item)
  await item.press('Enter')
}

/** Presses a button and waits for what it opens. */
async function press(page, name, opens) {
  await page.getByRole('button', { name }).first().press('Enter')
  await opens.first().waitFor()
}

/** Brings an agent's window into a state. */
export async function enter(agent, day, state, phone) {
  const { page } = agent
  const { of, path, queue = 'team', rows, panel, act, sees } = state
  if (page.url().startsWith(agent.origin)) await page.evaluate(() => localStorage.clear()) // drafts of other states
  await agent.go(`/conversations${of ? `/${day.conversations[of]}?queue=${queue}` : path}`)
  if (of) await agent.log.getByRole('article').first().waitFor()
  if (rows) await page.locator('[data-conversation]').first().waitFor()
  if (panel && phone) await page.getByRole('button', { name: 'About the visitor' }).press('Enter')
  await act?.(agent, phone)
  if (sees) await until(`${state.name} shows ${sees}`, async () => (await page.getByText(sees).evaluateAll((found) => found.filter((element) => element.checkVisibility()).length)) > 0)
}
