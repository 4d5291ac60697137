/** What the console says to the owner of the page when the chat cannot run. */
const reasons = (): Record<number, string> => ({
  0: "the page's Content-Security-Policy does not allow the connection; add the server to connect-src.",
  4501: `the bot may not run on ${location.origin}. Add this domain at ${install()}`,
  4502: 'there is no such bot. Check data-bot in the line you pasted.',
  4503: 'your chats rest. Settings, Plan in the dashboard says why. They come back by themselves.',
  4599: `the bot does not know this visitor: data-identity, or Parley.identify(), is missing, has expired, or was not signed with a secret of this bot. See ${install()}`,
  4504: 'the server did not understand the widget. Reload the page; is the script up to date?',
})

const script = globalThis.document?.currentScript as HTMLScriptElement | null // ours; tests have none

/** Where in the dashboard it is said who may use the bot. The line on the page may be gone. */
function install(): string {
  const { origin } = new URL(script?.src ?? location.href)
  const line = document.querySelector<HTMLElement>(`script[data-bot][src^="${origin}"]`)
  return origin + (line ? `/bots/${line.dataset.bot}/install` : '/')
}

let watching = false

export function explain(code = 0): void {
  if (code && code < 4500) return watch()
  console.error(`Parley: the chat stopped: ${reasons()[code] ?? `the server closed the connection for good (code ${code}).`}`)
}

/** The connection will be tried again: if it is the page that forbids it, the browser says so then. */
function watch(): void {
  if (watching) return
  watching = true
  document.addEventListener('securitypolicyviolation', function heard({ effectiveDirective, blockedURI }) {
    if (effectiveDirective !== 'connect-src' || !blockedURI.startsWith('ws')) return
    document.removeEventListener('securitypolicyviolation', heard)
    explain()
  })
}
