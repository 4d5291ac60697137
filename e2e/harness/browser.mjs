/** Chromium as the tests use it. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export async function launch() {
  const executablePath = candidates.find((path) => path && existsSync(path))
  if (!executablePath) throw new Error('Chromium is needed: apt-get install chromium, or name it in CHROMIUM')
  // The sandbox does not run as root; nothing but the tests' own pages may be asked for.
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage', '--no-first-run'],
  })
}

/**
 * Opens a page whose own errors end the test: `page.errors` collects what was
 * thrown or blocked, and what had no words. Each call has its own storage, as a new visitor has.
 */
export async function visit(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.errors = []
  page.on('pageerror', (error) => page.errors.push(String(error)))
  page.on('console', (message) => {
    if (/content security policy|refused to|no words for/i.test(message.text())) page.errors.push(message.text())
  })
  return page
}

/** Notes the frames that a page receives over websockets, and when these close. */
export function recordFrames(page) {
  const record = { received: [], closed: 0, opened: 0 }
  page.on('websocket', (socket) => {
    record.opened++
    const connection = record.opened
    socket.on('framereceived', ({ payload }) => record.received.push({ connection, ...JSON.parse(String(payload)) }))
    socket.on('close', () => record.closed++)
  })
  return record
}

/** Waits until something holds, without looking at the clock more often than needed. */
export async function until(what, holds, patience = 20_000) {
  const end = Date.now() + patience
  for (;;) {
    const value = await holds()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited ${patience} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
