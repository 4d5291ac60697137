/** A website for the server to read: pages that a test changes while it is there. */
import { createServer } from 'node:http'

export class Site {
  #pages = new Map()
  /** How long each answer takes, in milliseconds. */
  delay = 0

  static async start() {
    const site = new Site()
    site.server = createServer(async (request, response) => {
      if (site.delay) await new Promise((resolve) => setTimeout(resolve, site.delay))
      const page = site.#pages.get(request.url)
      response.writeHead(page?.status ?? 404, { 'Content-Type': 'text/html; charset=utf-8' }).end(page?.body)
    })
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve))
    site.origin = `http://127.0.0.1:${site.server.address().port}`
    return site
  }

  /** Puts a page where it is read from now on. */
  put(path, title, text, links = []) {
    const menu = links.map((link) => `<a href="${link}">${link}</a>`).join(' ')
    this.#pages.set(path, { status: 200, body: `<!doctype html><html lang="en"><title>${title}</title><nav>${menu}</nav><main><h1>${title}</h1><p>${text}</p></main>` })
  }

  /** Lets an address answer with an error. */
  fail(path, status) {
    this.#pages.set(path, { status, body: '' })
  }

  stop() {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(resolve))
  }
}
