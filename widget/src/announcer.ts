/** Tells a screen reader what is new: whole sentences, each once, nothing of what was there before. */
import type { Snapshot } from './conversation'
import { sentences } from './sentences'
import { endings } from './views/answer'
import { noticeText } from './views/bubble'
import * as words from './words'

/** Lines that stay in the live region; a reader speaks additions only. */
const KEPT = 12

export class Announcer {
  lines: { key: number; text: string }[] = []
  #conversation = ''
  #done = 0 // seq up to which everything was told
  #answer = '' // the one being told
  #from = 0
  #key = 0

  update({ conversation, ready, seq, items }: Snapshot): void {
    if (!ready) return
    if (conversation !== this.#conversation) {
      this.#conversation = conversation
      this.#done = items.find((item) => item.kind === 'answer' && item.phase === 'open')?.seq ?? seq + 1
      this.#done--
      return
    }
    for (const item of items) {
      if (item.seq <= this.#done) continue
      if (item.kind === 'answer') {
        if (item.id !== this.#answer) {
          this.#answer = item.id
          this.#from = 0
        }
        const { said, next } = sentences(item.text, this.#from, item.phase !== 'open')
        this.#from = next
        said.forEach((text) => this.#say(text))
        if (item.phase === 'open') return
        if (item.phase !== 'done') this.#say(endings[item.phase])
      } else if (item.kind === 'notice') this.#say(noticeText(item))
      else if (item.author.kind === 'agent') this.#say(`${item.author.name || words.aPerson}: ${item.text}`)
      this.#done = item.seq
    }
  }

  #say(text: string): void {
    this.lines = [...this.lines.slice(1 - KEPT), { key: this.#key++, text }]
  }
}
