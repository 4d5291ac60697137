/** Calls a visitor who looks elsewhere: two short tones, and a count before the page's title. */

import type { Conversation } from '../conversation'

/** The tones: when they begin, in seconds, and how high they are, in hertz. */
const TONES = [
  [0, 660],
  [0.14, 880],
] as const

let context: AudioContext | undefined
let count = 0 // messages since the visitor looked away
let prefix = ''

export function call({ kept }: Conversation): void {
  if (!kept.read().muted) ring()
  if (!document.hidden) return
  if (!count) document.addEventListener('visibilitychange', restore, { once: true })
  const title = bare()
  prefix = `(${++count}) `
  document.title = prefix + title
}

/** The title without our count, whatever the page has made of it meanwhile. */
const bare = () => (document.title.startsWith(prefix) ? document.title.slice(prefix.length) : document.title)

function restore(): void {
  document.title = bare()
  prefix = ''
  count = 0
}

function ring(): void {
  try {
    context ??= new AudioContext()
    const { currentTime: now } = context
    for (const [from, frequency] of TONES) {
      const tone = new OscillatorNode(context, { frequency })
      const volume = new GainNode(context, { gain: 0 })
      volume.gain.setTargetAtTime(0.08, now + from, 0.01)
      volume.gain.setTargetAtTime(0, now + from + 0.06, 0.04)
      tone.connect(volume).connect(context.destination)
      tone.start(now + from)
      tone.stop(now + from + 0.4)
    }
    void context.resume() // where the visitor has not touched the page yet, it stays silent
  } catch {
    // without sound
  }
}
