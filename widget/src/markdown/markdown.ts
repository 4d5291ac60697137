/**
 * Markdown to elements, without HTML in between: a text cannot become markup,
 * whatever it contains.
 */
import { type ComponentChild, h } from 'preact'
import { blocks } from './blocks'
import { BARE, safeLink } from './links'
import type { Element, Node } from './tree'

/** Draws the citation "[n]", or nothing where the text means something else by it. */
export type Cite = (mark: number) => ComponentChild | undefined

/** Draws the text; `breaks` keeps single line ends, as people mean them when they type. */
export function markdown(text: string, cite: Cite = () => undefined, breaks = false): ComponentChild[] {
  const drawAll = (nodes: Node[]): ComponentChild[] => nodes.flatMap((node) => (typeof node === 'string' ? words(node) : [draw(node)]))

  function draw({ tag, children, href = '', start }: Element): ComponentChild {
    switch (tag) {
      case 'pre':
        return h('pre', { tabIndex: 0 }, h('code', null, children[0] as string))
      case 'code':
        return h('code', null, children[0] as string)
      case 'a':
        return link(href, children.length ? children.map((child) => (typeof child === 'string' ? child : draw(child))) : [href])
      case 'h':
        return h('p', { class: 'heading' }, drawAll(children))
      case 'table':
        return h('div', { class: 'table', tabIndex: 0 }, h('table', null, drawAll(children)))
      default:
        return h(tag, (start ?? 1) === 1 ? null : { start }, drawAll(children))
    }
  }

  function words(text: string): ComponentChild[] {
    const drawn: ComponentChild[] = []
    let from = 0
    for (const match of text.matchAll(breaks ? /\[(\d{1,2})\]|\n/g : /\[(\d{1,2})\]/g)) {
      const mark = match[1] ? cite(Number(match[1])) : h('br', null)
      if (mark === undefined) continue
      drawn.push(...plain(text.slice(from, match.index)), mark)
      from = match.index + match[0].length
    }
    return [...drawn, ...plain(text.slice(from))]
  }

  return drawAll(blocks(text))
}

const plain = (text: string): ComponentChild[] => text.split(BARE).map((part, i) => (i % 2 ? link(part, [part]) : part))

function link(address: string, children: ComponentChild[]): ComponentChild {
  const href = safeLink(address)
  return href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, children) : h('span', null, children)
}
