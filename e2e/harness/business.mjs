/** A business that is there already: what other tests do in pages is done over the API here. */
import { until } from './browser.mjs'

export const password = 'correct horse battery'

export class Business {
  /** Registers one, with an owner. */
  static async open(parley, { company = 'Fernway Cycles', name = 'Mia Fern', email = 'mia@fernway.example' } = {}) {
    const business = new Business()
    business.parley = parley
    business.owner = { name, email, ...(await business.call(undefined, 'POST', 'auth/register', { company, name, email, password })) }
    return business
  }

  /** Asks the API as a member, or as nobody, and returns what it says. */
  async call(member, method, path, body) {
    const headers = { 'Content-Type': 'application/json' }
    if (member) headers.Authorization = `Bearer ${member.access_token}`
    const response = await fetch(`${this.parley.origin}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) })
    const said = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`)
    return said ? JSON.parse(said) : undefined
  }

  /** Invites somebody and has them join. */
  async hire(name, role = 'agent') {
    const email = `${name.split(' ')[0].toLowerCase()}@fernway.example`
    const { link } = await this.call(this.owner, 'POST', 'invitations', { email, role })
    return { name, email, ...(await this.call(undefined, 'POST', 'invitations/accept', { token: link.split('#')[1], name, password })) }
  }

  /** Creates a bot that may run on these origins and knows these texts. */
  async bot({ name = 'Fernway', settings = {}, appearance = {}, origins = [], texts = [] }) {
    const { id } = await this.call(this.owner, 'POST', 'bots', { name, settings })
    await this.call(this.owner, 'PUT', `bots/${id}/domains`, { domains: origins.map((origin) => new URL(origin).host) })
    await this.call(this.owner, 'PUT', `bots/${id}/appearance`, { ...(await this.call(this.owner, 'GET', `bots/${id}/appearance`)), ...appearance })
    for (const text of texts) {
      const source = await this.call(this.owner, 'POST', `bots/${id}/sources`, text)
      await until(`${text.title} is read`, async () => (await this.call(this.owner, 'GET', `bots/${id}/sources/${source.id}`)).state === 'ready', 60_000)
    }
    return id
  }

  /** The line that brings the bot into a page. */
  snippet = (bot, origin = this.parley.origin) => `<script src="${origin}/widget.js" data-bot="${bot}" async></script>`

  /** The log of a conversation, whole. */
  async log(conversation, member = this.owner) {
    const all = []
    for (let after = 0; after !== ''; ) {
      const { items, next = '' } = await this.call(member, 'GET', `conversations/${conversation}/events?after=${after}`)
      all.push(...items)
      after = next
    }
    return all
  }

  /** Signs a page's browser in as a member, without showing the page where one does that. */
  async admit(page, member, origin = this.parley.origin) {
    const response = await page.request.post(`${origin}/api/v1/auth/login`, { data: { email: member.email, password } })
    if (!response.ok()) throw new Error(`sign in: ${response.status()} ${await response.text()}`)
  }
}
