import { h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { TermsProps } from './contract'
import * as words from './words'

/** A text with its links, "[words](https://…)": it has nothing else of Markdown. */
const linked = (text: string) =>
  text.split(/\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/).map((part, i, parts) =>
    i % 3 === 1 ? (
      <a href={parts[i + 1]} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ) : i % 3 === 2 ? null : (
      part
    ),
  )

/** What the business asks the visitor to agree to. What goes while it has the focus leaves that to the field. */
export function Terms({ consent, conversation }: TermsProps) {
  const [failed, setFailed] = useState('')
  const terms = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const { current } = terms
    return () => current?.matches(':focus-within') && current.parentElement?.querySelector('textarea')?.focus()
  }, [])
  const agree = () => conversation.agree((failure) => failure && setFailed(failure.message || words.notTaken))
  return (
    <section class="consent" aria-label={words.terms} ref={terms}>
      <div class="terms">{linked(consent.text)}</div>
      {failed && <p role="alert">{failed}</p>}
      <button type="button" class="pill" onClick={agree}>
        {words.agree}
      </button>
    </section>
  )
}
