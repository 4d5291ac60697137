import { expect, test } from 'vitest'
import { markdown } from '../src/markdown/markdown'
import { written } from './written'

const render = (text: string, marks: number[] = [], breaks = false) =>
  written(markdown(text, (n) => (marks.includes(n) ? `{${n}}` : undefined), breaks))

test.each([
  ['plain words', 'Hi there', '<p>Hi there</p>'],
  ['emphasis', '*a* __b__', '<p><em>a</em> <strong>b</strong></p>'],
  ['a heading, as a bold line', '## Two **b**', '<p class="heading">Two <strong>b</strong></p>'],
  ['a list in a list', '- a\n  1. b\n  2. c\n- d', '<ul><li><p>a</p><ol><li><p>b</p></li><li><p>c</p></li></ol></li><li><p>d</p></li></ul>'],
  ['a list that starts at three', '3. a\n4. b', '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>'],
  ['a quotation', '> a\n> b', '<blockquote><p>a\nb</p></blockquote>'],
  ['code in a line', '`a <b>`', '<p><code>a &lt;b&gt;</code></p>'],
  ['code in a block', '```js\na\n\n  b\n```', '<pre><code>a\n\n  b</code></pre>'],
  ['a code block that is still being written', '```js\na\nb', '<pre><code>a\nb</code></pre>'],
  ['a hard break', 'a\\\nb', '<p>a<br />b</p>'],
  ['a link', '[a *b*](https://x.example/y "t")', '<p><a href="https://x.example/y">a <em>b</em></a></p>'],
  ['an autolink', '<https://x.example> <a@x.example>', '<p><a href="https://x.example/">https://x.example</a> <a href="mailto:a@x.example">a@x.example</a></p>'],
  ['a bare address, without the full stop', 'See https://x.example/a_b.', '<p>See <a href="https://x.example/a_b">https://x.example/a_b</a>.</p>'],
  ['an image, as a link: nothing is loaded', '![alt](https://x.example/i.png)', '<p><a href="https://x.example/i.png">alt</a></p>'],
  ['character references', '&amp; &lt;b&gt; &#65; &#x42; &nosuch;', '<p>&amp; &lt;b&gt; A B &amp;nosuch;</p>'],
  ['escapes', '\\*a\\*', '<p>*a*</p>'],
  [
    'a table, with too few cells and a bar in one',
    '| a | b |\n|---|:-:|\n| 1 \\| 2 |\n',
    '<div class="table"><table><tr><th>a</th><th>b</th></tr><tr><td>1 | 2</td><td></td></tr></table></div>',
  ],
  ['a rule', 'a\n\n---\n\nb', '<p>a</p><hr /><p>b</p>'],
])('markdown draws %s', (_, text, expected) => {
  expect(render(text)).toBe(expected)
})

test('single line ends stay where people typed them, and fold where a document wrapped', () => {
  expect(render('a\nb', [], true)).toBe('<p>a<br />b</p>')
  expect(render('a\nb')).toBe('<p>a\nb</p>')
})

test('a mark becomes a citation only where there is one, and never in code or in a link', () => {
  expect(render('Yes [1][2], no [3]. `[1]` [1](https://x.example)', [1, 2])).toBe(
    '<p>Yes {1}{2}, no [3]. <code>[1]</code> <a href="https://x.example/">1</a></p>',
  )
})

test('a text that nests without end is drawn flat and in bounded depth', () => {
  const drawn = render(`${'> '.repeat(500)}deep`)
  expect(drawn).toContain('deep')
  expect(drawn.split('<blockquote>').length).toBeLessThan(30)
})

test('emphasis that nests without end is drawn in bounded depth', () => {
  const drawn = render(`${'*a _b '.repeat(400)}x${' b_ a*'.repeat(400)}`)
  const open = (html: string) => html.match(/<em>/g)?.length ?? 0
  expect(open(drawn)).toBeGreaterThan(0)
  let depth = 0
  let deepest = 0
  for (const [tag] of drawn.matchAll(/<\/?em>/g)) deepest = Math.max(deepest, (depth += tag === '<em>' ? 1 : -1))
  expect(deepest).toBeLessThanOrEqual(24)
})

test.each(['*a ', '**a', '[a', '![', '`', '`a``', '<a:', '\\', '> ', '- ', '|a', '_*', '[](', '&#', 'a*b_', '~~~\n'])(
  'a long text of nothing but %j is drawn at once',
  (piece) => {
    const before = process.cpuUsage() // not the clock: the machine may be busy with something else
    markdown(piece.repeat(8000 / piece.length))
    const { user } = process.cpuUsage(before)
    expect(user / 1000).toBeLessThan(500)
  },
)
