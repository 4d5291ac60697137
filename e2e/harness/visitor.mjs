import { until } from './browser.mjs'

/** Opens the chat of a page that may be about to open it by itself, because it was open before: then a click can close it. */
export async function openChat(page) {
  const launcher = page.getByRole('button', { name: 'Open chat' })
  await until('the chat is open', async () => {
    if (await page.getByRole('dialog').isVisible()) return true
    await launcher.click({ timeout: 500 }).catch(() => {})
    return false
  })
}

/** What a visitor does in the chat, by what they see there. */
export class Visitor {
  constructor(page) {
    this.page = page
    this.messages = page.getByRole('log', { name: 'Messages' })
  }

  async open(address) {
    await this.page.goto(address)
    await this.page.getByRole('button', { name: /Open chat/ }).click()
  }

  async ask(question) {
    const field = this.page.getByRole('textbox', { name: 'Write a message…' })
    await field.fill(question)
    await field.press('Enter')
    await this.messages.getByText(question, { exact: true }).waitFor()
  }

  /** Waits until as many answers have ended as given. */
  async answered(count) {
    await this.messages.getByRole('button', { name: 'Helpful', exact: true }).nth(count - 1).waitFor()
  }

  /** Opens a source and returns its panel. */
  async source(name) {
    await this.messages.getByRole('button', { name }).last().click()
    return this.page.getByRole('dialog', { name })
  }
}
