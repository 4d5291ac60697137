/** What an owner does in the dashboard, by what they see there. */
import { until } from './browser.mjs'

export class Owner {
  constructor(page, origin) {
    this.page = page
    this.origin = origin
  }

  async register({ company, email, password }) {
    const { page } = this
    await page.goto(`${this.origin}/register`)
    await page.getByLabel('Business name').fill(company)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('heading', { name: 'Get started' }).waitFor()
  }

  async createBot(name) {
    const { page } = this
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Bots' }).click()
    await page.getByRole('link', { name: 'New bot' }).first().click()
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Create bot' }).click()
    await page.getByRole('heading', { name: 'Knowledge' }).waitFor()
  }

  /** Goes to one of the bot's pages. */
  async botPage(name) {
    await this.page.getByRole('navigation', { name: 'Pages of this bot' }).getByRole('link', { name: new RegExp(`^${name}`) }).click()
    await this.page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  /** Uploads files and waits until each was read. */
  async upload(...files) {
    await this.page.getByLabel('Files to upload').setInputFiles(files)
    for (const file of files) {
      const row = this.page.getByRole('row', { name: file.split('/').pop() })
      await row.getByText('Ready', { exact: true }).waitFor({ timeout: 120_000 }) // the PDF reader starts slowly the first time
    }
  }

  async look({ accent, title }) {
    await this.page.getByLabel('Accent colour').fill(accent)
    await this.page.getByLabel('Title').fill(title)
    await this.save()
  }

  async greet(words) {
    await this.page.getByLabel('Greeting').fill(words)
    await this.save()
  }

  async closeAfter(time) {
    await this.page.getByLabel('Close idle conversations after').selectOption(time)
    await this.save()
  }

  async save() {
    await this.page.getByRole('button', { name: 'Save' }).click()
    await this.page.getByText('Saved', { exact: true }).waitFor()
  }

  async allow(...domains) {
    const { page } = this
    await page.getByLabel('Allowed domains').fill(domains.join('\n'))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(`May run on ${domains.join(', ')}`).waitFor()
  }

  /** The line to paste into a website. */
  async snippet() {
    return this.page.getByLabel('The line to paste').innerText()
  }

  /** Opens the conversation that shows this text in the list, and returns its transcript. */
  async conversation(text) {
    const { page } = this
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Inbox' }).click()
    await page.getByRole('link', { name: text }).click()
    const transcript = page.getByRole('log', { name: 'Messages' })
    await until('the transcript is shown', async () => (await transcript.getByRole('article').count()) > 0)
    return transcript
  }
}
