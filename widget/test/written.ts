import type { ComponentChild, VNode } from 'preact'

/** Writes nodes as the HTML that a browser would show for them, without what is the same on all links. */
export function written(nodes: ComponentChild): string {
  if (Array.isArray(nodes)) return nodes.map(written).join('')
  if (typeof nodes === 'string') return nodes.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  const { type, props } = nodes as VNode<Record<string, ComponentChild>>
  const { children, target, rel, tabIndex, ...rest } = props
  const attributes = Object.entries(rest).map(([name, value]) => ` ${name}="${String(value)}"`)
  const end = type === 'br' || type === 'hr' ? ' />' : `>${children === undefined ? '' : written(children)}</${type}>`
  return `<${type}${attributes.join('')}${end}`
}
