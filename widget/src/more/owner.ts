/** What the console says to the owner of the page when the chat cannot run. */
const reasons = (): Record<number, string> => ({
  0: "the page's Content-Security-Policy does not allow the connection; add the server to connect-src.",
  4501: `the bot may not run on ${location.origin}. Add this domain in Parley's dashboard: your bot, Install.`,
  4502: 'there is no such bot. Check data-bot in the line you pasted.',
  4503: 'the bot is suspended. See the dashboard.',
  4504: 'the server did not understand the widget. Reload the page; is the script up to date?',
})

let watching = false

export function explain(code = 0): void {
  if (code && code < 4500) return watch()
  console.warn(`Parley: the chat stopped: ${reasons()[code] ?? `the server closed the connection for good (code ${code}).`}`)
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
