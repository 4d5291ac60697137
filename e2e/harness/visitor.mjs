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
