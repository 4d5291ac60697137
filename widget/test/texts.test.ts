import { expect, test } from 'vitest'
import { Announcer } from '../src/announcer'
import { byteLength } from '../src/bytes'
import { accentOr, contrast, DEFAULT_ACCENT, inkOn, readableOn } from '../src/color'
import { sentences } from '../src/sentences'
import { empty } from '../src/state'
import { bot } from './log'

test.each([['', 0], ['abc', 3], ['é', 2], ['漢', 3], ['👋', 4], ['e\u0301', 3]])('%j has %i bytes', (text, bytes) => {
  expect(byteLength(text)).toBe(bytes)
})

test('a growing text is told sentence by sentence, each once', () => {
  const text = 'You have **45 days** [1]. See [our page](https://x.example/a.b)! 返品は可能です。はい\n- One\n- Two'
  const said: string[] = []
  let from = 0
  for (let end = 0; end <= text.length; end++) {
    const cut = sentences(text.slice(0, end), from, false)
    said.push(...cut.said)
    from = cut.next
  }
  said.push(...sentences(text, from, true).said)
  expect(said).toEqual(['You have 45 days.', 'See our page!', '返品は可能です。', 'はい', 'One', 'Two'])
})

test('a full stop inside of a number or an address does not end a sentence', () => {
  expect(sentences('It is 3.5 cm at x.example now. ', 0, false).said).toEqual(['It is 3.5 cm at x.example now.'])
})

test('only what is new is announced, and an answer by sentences', () => {
  const announcer = new Announcer()
  const answer = { kind: 'answer' as const, id: 'msg_2', seq: 2, author: bot, text: '', bytes: 0, phase: 'open' as const, citations: [] }
  const show = (...items: object[]) =>
    announcer.update({ ...empty, conversation: 'cnv_1', seq: 1, condition: 'open', ready: true, lost: false, unread: 0, blocked: false, items: items as never })
  const old = { kind: 'message', id: 'msg_1', seq: 1, author: { kind: 'agent', name: 'Ada' }, text: 'Old.' }
  show(old)
  show(old, { ...answer, text: 'One. Tw' })
  show(old, { ...answer, text: 'One. Two. Th' })
  show(old, { ...answer, text: 'One. Two. Three', phase: 'done' }, { kind: 'notice', seq: 4, status: 'agent', agent: { name: 'Ada' } })
  show(old, { ...answer, text: 'One. Two. Three', phase: 'done' }, { kind: 'notice', seq: 4, status: 'agent', agent: { name: 'Ada' } })
  expect(announcer.lines.map((line) => line.text)).toEqual(['One.', 'Two.', 'Three', 'Ada has joined.'])
})

test('an answer that fails is told as one', () => {
  const announcer = new Announcer()
  const answer = { kind: 'answer', id: 'msg_2', seq: 2, author: bot, text: '', bytes: 0, citations: [] }
  const show = (phase: string, text: string) =>
    announcer.update({ ...empty, conversation: 'cnv_1', seq: 1, condition: 'open', ready: true, lost: false, unread: 0, blocked: false, items: [{ ...answer, phase, text }] as never })
  show('open', '')
  show('open', 'It is')
  show('failed', 'It is')
  show('failed', 'It is')
  expect(announcer.lines.map((line) => line.text)).toEqual(['It is', 'The answer could not be finished.'])
})

test('whatever accent an owner picks, text on it and text of it can be read', () => {
  const surfaces = ['#ffffff', '#f5f6f8', '#16181d', '#22252c']
  for (let hue = 0; hue < 4096; hue += 37) {
    const accent = `#${[8, 4, 0].map((shift) => ((hue >> shift) & 15).toString(16).repeat(2)).join('')}`
    expect(contrast(accent, inkOn(accent)), accent).toBeGreaterThanOrEqual(4.5)
    for (const surface of surfaces) expect(contrast(readableOn(accent, surface), surface), `${accent} on ${surface}`).toBeGreaterThanOrEqual(4.5)
  }
})

test('an accent that is no colour is not put into a style', () => {
  for (const bad of [undefined, '', 'red', '#fff', '#12345g', '#123456;color:red', 'url(https://x.example)']) expect(accentOr(bad)).toBe(DEFAULT_ACCENT)
  expect(accentOr('#A0B1c2')).toBe('#A0B1c2')
})
