/** What a text means, before anything is drawn. There is no way to say "HTML" in it. */
export type Node = string | Element

export interface Element {
  tag: 'p' | 'h' | 'ul' | 'ol' | 'li' | 'blockquote' | 'pre' | 'hr' | 'table' | 'tr' | 'th' | 'td' | 'em' | 'strong' | 'code' | 'a' | 'br'
  children: Node[]
  href?: string // of an a, as written
  start?: number // of an ol
  depth: number
}

/** Deeper than a person would write; what nests further is drawn flat. */
export const DEEPEST = 24

export function element(tag: Element['tag'], children: Node[] = [], rest: Partial<Element> = {}): Element {
  const depth = 1 + children.reduce((deepest, child) => (typeof child === 'string' ? deepest : Math.max(deepest, child.depth)), 0)
  return { tag, children, depth, ...rest }
}
