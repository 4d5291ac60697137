/** Our element on somebody's page. Pages that swap their body lose it: it comes back. */
export interface Host {
  element: HTMLElement
  shadow: ShadowRoot
  /** Adds a sheet that needs no `style-src` of the page. */
  addSheet(css: string): void
}

export function createHost(remounted: () => void): Host {
  const element = document.createElement('div')
  element.dataset.parley = ''
  const shadow = element.attachShadow({ mode: 'open' })
  // The page's shortcuts are not meant for what the visitor types here.
  for (const type of ['keydown', 'keyup', 'keypress']) shadow.addEventListener(type, (event) => event.stopPropagation())

  let placed = false
  let body: HTMLElement | null = null
  const watcher = new MutationObserver(place)
  function place(): void {
    if (document.body !== body) {
      body = document.body
      watcher.disconnect()
      watcher.observe(document.documentElement, { childList: true })
      if (body) watcher.observe(body, { childList: true })
    }
    if (!body || element.parentNode === body) return
    body.append(element)
    if (placed) remounted()
    placed = true
  }
  watcher.observe(document.documentElement, { childList: true })
  place()
  return {
    element,
    shadow,
    addSheet(css) {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      shadow.adoptedStyleSheets.push(sheet)
    },
  }
}
