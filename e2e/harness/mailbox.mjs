/** The folder that a server without a mail server writes mails to. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { until } from './browser.mjs'

export class Mailbox {
  constructor(parley) {
    this.folder = join(parley.data, 'mail')
  }

  /** All mails of a kind to an address, oldest first. */
  async mails(kind, to) {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith('.eml') && name.includes(`-${kind}-`)).sort()
    const all = await Promise.all(names.map(async (name) => ({ page: pathToFileURL(join(this.folder, name.replace(/eml$/, 'html'))).href, source: await readFile(join(this.folder, name), 'utf8') })))
    return all.filter(({ source }) => new RegExp(`^To: .*${to.replace(/\W/g, '\\$&')}`, 'im').test(source))
  }

  /** Waits for the latest of so many. */
  async next(kind, to, count = 1) {
    return until(`mail ${count} of kind ${kind} to ${to}`, async () => (await this.mails(kind, to))[count - 1], 60_000)
  }
}
