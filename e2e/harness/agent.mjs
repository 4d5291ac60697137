/** What an agent does in the inbox: by keyboard alone, and by what they see there. */
import { until } from './browser.mjs'

export class Agent {
  constructor(page, member, origin) {
    Object.assign(this, { page, member, origin })
    this.log = page.getByRole('log', { name: 'Messages' })
    this.composer = page.getByRole('textbox', { name: 'Write a reply, / for saved ones' })
    this.noteField = page.getByRole('textbox', { name: 'Write a note, @ to name a colleague' })
    this.state = page.locator('header', { has: page.getByRole('heading', { level: 2 }) }).getByRole('paragraph')
  }

  get keyboard() {
    return this.page.keyboard
  }

  /** Makes the window light or dark. */
  async paint(colorScheme) {
    await this.page.emulateMedia({ colorScheme })
    await this.page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
  }

  /** Opens a conversation, or what else there is at a path. */
  async go(path) {
    await this.page.goto(`${this.origin}${path}`)
  }
  async read(conversation) {
    await this.go(`/conversations/${conversation}`)
    await this.log.waitFor()
  }

  /** Leaves a field, so that single keys mean something. */
  async leaveField() {
    const typing = () => this.page.evaluate(() => document.activeElement.matches('input, textarea, select'))
    for (let tries = 0; (await typing()) && tries < 3; tries++) await this.keyboard.press('Escape')
  }
  async press(...keys) {
    await this.leaveField()
    for (const key of keys) await this.keyboard.press(key)
  }

  /** Goes on by Tab until something has the keyboard. */
  async tabTo(target) {
    for (let steps = 0; steps < 40; steps++) {
      if (await target.evaluate((element) => element === document.activeElement)) return
      await this.keyboard.press('Tab')
    }
    throw new Error(`Tab does not lead to ${target}`)
  }

  /** Chooses from the menu that is open. */
  async choose(name) {
    const item = this.page.getByRole('menuitem', { name })
    await until('the menu has the keyboard', () => item.evaluate((element) => element.closest('[role=menu]').contains(document.activeElement)))
    for (let steps = 0; steps < 40; steps++) {
      if (await item.evaluate((element) => element === document.activeElement)) return this.keyboard.press('Enter')
      await this.keyboard.press('ArrowDown')
    }
    throw new Error(`the arrows do not lead to ${name}`)
  }

  async take() {
    await this.press('t')
    await this.state.getByText('You have it').waitFor()
  }

  /** Asks the palette for something. */
  async look(words) {
    await this.keyboard.press('Control+k')
    await this.page.getByRole('combobox', { name: 'Find conversations, actions and pages' }).and(this.page.locator(':focus')).waitFor()
    await this.keyboard.type(words)
  }
  /** Goes to what it finds. */
  async find(words) {
    await this.look(words)
    await this.page.getByRole('option', { name: new RegExp(words), selected: true }).waitFor()
    await this.keyboard.press('Enter')
  }

  /** Writes into a field that a key opens, and sends it. */
  async write(key, field, text) {
    await this.press(key)
    await until('the field has the keyboard', () => field.evaluate((element) => element === document.activeElement))
    await this.keyboard.type(text)
  }
  async reply(text) {
    await this.write('r', this.composer, text)
    await this.keyboard.press('Enter')
  }
  async sees(text) {
    await this.log.getByText(text).first().waitFor()
  }
}
