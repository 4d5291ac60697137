import { readFileSync } from 'node:fs'
import type { ComponentChild, VNode } from 'preact'
import { expect, test } from 'vitest'
import { markdown } from '../src/markdown/markdown'

const harmless: Record<string, string[]> = {
  a: ['href', 'target', 'rel'],
  ol: ['start'],
  pre: ['tabIndex'],
  p: ['class'],
  div: ['class', 'tabIndex'],
}
const plain = ['p', 'ul', 'ol', 'li', 'blockquote', 'pre', 'hr', 'div', 'table', 'tr', 'th', 'td', 'em', 'strong', 'code', 'a', 'br', 'span']

/** Throws at any element or attribute that is not on the list, and at any address that is not to be followed. */
function inspect(nodes: ComponentChild): void {
  if (Array.isArray(nodes)) return nodes.forEach(inspect)
  if (typeof nodes === 'string') return
  const { type, props } = nodes as VNode<Record<string, ComponentChild>>
  const { children = [], ...attributes } = props
  expect(plain).toContain(type)
  for (const name of Object.keys(attributes)) expect(harmless[type as string] ?? []).toContain(name)
  if (type === 'a') {
    expect(attributes.href).toMatch(/^(https?:\/\/|mailto:)[^\s"<>]+$/)
    expect(attributes.rel).toBe('noopener noreferrer')
  }
  inspect(children)
}

const attacks = readFileSync(new URL('attacks.txt', import.meta.url), 'utf8')

test.each(attacks.trim().split('\n'))('nothing of %j becomes more than text and safe links', (attack) => {
  inspect(markdown(attack))
  inspect(markdown(attack, undefined, true))
})

test('all attacks in one text, and each cut anywhere while it streams, stay text', () => {
  inspect(markdown(attacks))
  for (let end = 1; end < attacks.length; end += 7) inspect(markdown(attacks.slice(0, end)))
})
