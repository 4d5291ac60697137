import type { Launcher } from '../contract'
import { dress } from '../look'
import * as words from '../words'
import type { Host } from './host'
import css from './launcher.css?inline'

/** The button in the corner of the page. */
export function createLauncher({ element: host, shadow, addSheet }: Host, open: () => void): Launcher & { busy(busy: boolean): void } {
  addSheet(css)
  const element = document.createElement('button')
  element.className = 'launcher'
  element.type = 'button'
  element.setAttribute('aria-haspopup', 'dialog')
  element.onclick = open
  const label = part('label')
  const badge = part('badge')
  element.append(icon(), label, badge)
  shadow.append(element)

  function part(name: string): HTMLElement {
    const span = document.createElement('span')
    span.className = name
    return span
  }

  return {
    element,
    busy(busy) {
      element.ariaBusy = String(busy)
    },
    show({ open, unread, appearance }) {
      const { launcher = '', position } = appearance
      dress(host, appearance)
      host.classList.toggle('left', position === 'left')
      element.ariaBusy = 'false'
      element.ariaExpanded = String(open)
      element.classList.toggle('open', open)
      label.textContent = launcher
      label.hidden = !launcher
      badge.textContent = unread > 9 ? '9+' : String(unread)
      badge.hidden = open || !unread
      element.ariaLabel =
        (open ? words.closeChat : launcher ? `${launcher} – ${words.openChat}` : words.openChat) +
        (unread && !open ? `, ${words.unread(unread)}` : '')
    },
  }
}

/** A speech bubble, and the arrow that stands in its place while the chat is open. */
function icon(): SVGSVGElement {
  const make = <T extends keyof SVGElementTagNameMap>(name: T) => document.createElementNS('http://www.w3.org/2000/svg', name)
  const svg = make('svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  for (const d of ['M12 3.5c-5 0-9 3.4-9 7.6 0 2.4 1.3 4.6 3.4 6v3.4l3.4-2c.7.1 1.4.2 2.2.2 5 0 9-3.4 9-7.6s-4-7.6-9-7.6Z', 'm6 9 6 6 6-6']) {
    const path = make('path')
    path.setAttribute('d', d)
    svg.append(path)
  }
  return svg
}
