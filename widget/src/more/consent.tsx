import { useState } from 'preact/hooks'
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

/** What the business asks the visitor to agree to. Where they must, the server refuses what is said before, and says so. */
export function Terms({ bot: { consent }, conversation }: TermsProps) {
  const [agreed, setAgreed] = useState('')
  const [failed, setFailed] = useState('')
  const hash = consent?.text_hash
  if (!hash || consent.given || agreed === hash) return null
  const agree = () =>
    conversation.request('consent.give', { text_hash: hash }, (failure) =>
      failure ? setFailed(failure.message || words.notTaken) : setAgreed(hash),
    )
  return (
    <section class="consent" aria-label={words.terms}>
      <div class="terms">{linked(consent.text)}</div>
      {failed && <p role="alert">{failed}</p>}
      <button type="button" class="pill" onClick={agree}>
        {words.agree}
      </button>
    </section>
  )
}
