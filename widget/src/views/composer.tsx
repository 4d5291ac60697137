import { h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { More } from '../more/contract'
import * as words from '../words'
import { Send } from './icons'

/** The longest message that the server takes, in Unicode characters. */
export const LONGEST = 8000
/** How near to the end it is counted. */
const NEAR = 200

interface Props {
  closed: boolean // it may be read, but not written in: so it keeps draft and focus
  label: string
  more?: More
  need(): void
  send(text: string): void
  writing(draft: string): void
}

export function Composer({ closed, label, more, need, send, writing }: Props) {
  const [draft, setDraft] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const left = LONGEST - [...draft].length
  const sendable = !closed && draft.trim() !== '' && left >= 0

  useLayoutEffect(() => {
    if (left < NEAR) need()
    const { style, scrollHeight } = field.current!
    if (!scrollHeight) return
    style.height = 'auto'
    style.height = `${field.current!.scrollHeight}px`
  }, [draft])

  const submit = () => {
    if (!sendable) return
    send(draft.trim())
    setDraft('')
    field.current!.focus()
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={label}
        placeholder={label}
        enterkeyhint="send"
        autocomplete="off"
        readOnly={closed}
        aria-disabled={closed}
        value={draft}
        onInput={(event) => {
          setDraft(event.currentTarget.value)
          writing(event.currentTarget.value)
        }}
        onKeyDown={(event) => {
          // While an input method composes, Enter belongs to it.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          submit()
        }}
      />
      <button type="submit" class="icon send" aria-label={words.send} disabled={!sendable}>
        <Send />
      </button>
      {more && left < NEAR && <more.Count left={left} />}
    </form>
  )
}
