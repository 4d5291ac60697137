import { h } from 'preact'
import type { Citation } from '../wire'
import * as words from '../words'

export type ShowSource = (citation: Citation, from: HTMLElement) => void

/** What a screen reader calls it. */
export const nameOf = (citation: Citation) => words.source(citation.mark ?? 0, citation.title || words.untitled)

/** A "[n]" in the text. Without a citation yet, while the answer is being written, it does nothing. */
export function Chip({ mark, citation, show }: { mark: number; citation?: Citation; show: ShowSource }) {
  if (!citation) return <span class="chip">{mark}</span>
  return (
    <button type="button" class="chip" aria-label={nameOf(citation)} aria-haspopup="dialog" onClick={(event) => show(citation, event.currentTarget)}>
      {mark}
    </button>
  )
}

/** The sources of an answer, by name. */
export function Sources({ citations, show }: { citations: Citation[]; show: ShowSource }) {
  return (
    <ul class="sources" aria-label={words.sources}>
      {citations.map((citation) => (
        <li>
          <button type="button" aria-haspopup="dialog" onClick={(event) => show(citation, event.currentTarget)}>
            {citation.mark ? <b>{citation.mark}</b> : null} <span dir="auto">{citation.title || words.untitled}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

