import { micromark } from 'micromark'
import { expect, test } from 'vitest'
import { markdown } from '../src/markdown/markdown'
import { written } from './written'

// What answers are made of. micromark, which is too large to ship, says what each mixture means.
const pieces = [
  'word', 'two words', 'ä', '漢字', '.', ',', '!', ' ', '  ', ' ', '\n', '\n', '\n\n', '\n\n', '*', '**', '***', '_', '__', '`', '``', '`code`',
  '- ', '* ', '1. ', '2. ', '10) ', '  ', '   ', '    ', '> ', '# ', '## ', '---', '```\n', '```js\n', '~~~\n', '\\', '\\*', '[', ']', '(', ')',
  '[a](https://x.example/)', '[a *b*](<https://x.example/>)', '![i](https://x.example/i.png)', '<https://x.example/>', '&amp;', '&lt;', '[1]', '"', '<b>',
]

/** Mulberry32: the same mixtures in every run. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const left = ['definition', 'htmlFlow', 'htmlText', 'codeIndented', 'setextUnderline']

/** Takes away what we draw differently on purpose: tightness of lists, heading levels, images, spaces between blocks. */
const same = (html: string): string =>
  html
    .replace(/<h[1-6]>(.*?)<\/h[1-6]>/gs, '<b>$1</b>')
    .replace(/<p class="heading">(.*?)<\/p>/gs, '<b>$1</b>')
    .replace(/<img src="([^"]*)" alt="([^"]*)" \/>/g, '<a href="$1">$2</a>')
    .replace(/<code class="[^"]*">/g, '<code>')
    .replace(/<\/?p>/g, ' ')
    .replace(/<\/?span>/g, '')
    .replace(/<a href="(?!https:)[^"]*">(.*?)<\/a>/g, '$1')
    .replace(/<a href="[^"]*">(https:[^<]*)<\/a>/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/ ?(<\/?(ul|ol|li|blockquote|pre|hr|b|br|code)\b[^>]*>) ?/g, '$1')
    .trim()

const meaning = (text: string) => ({
  ours: same(written(markdown(text))),
  theirs: same(micromark(text, { extensions: [{ disable: { null: left } }] })),
})

test('texts mean what CommonMark says they mean', () => {
  const random = seeded(1)
  const count = 5000
  const wrong: object[] = []
  for (let i = 0; i < count; i++) {
    const text = Array.from({ length: 1 + Math.floor(random() * 9) }, () => pieces[Math.floor(random() * pieces.length)]).join('')
    if (text.includes('![a')) continue // an image's text loses its emphasis there, and is a link's here
    const { ours, theirs } = meaning(text)
    if (ours !== theirs) wrong.push({ text, ours, theirs })
  }
  // What is left are empty items in items behind a paragraph, and runs whose lengths
  // add up to a multiple of three, which micromark counts after and we before pairing.
  expect(wrong.length, JSON.stringify(wrong, null, 1)).toBeLessThan(count / 400)
}, 60_000)
