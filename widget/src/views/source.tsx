import { useEffect, useRef } from 'preact/hooks'
import { safeLink } from '../markdown/links'
import type { Citation } from '../wire'
import * as words from '../words'
import { Close, Out } from './icons'

export type ShowSource = (citation: Citation, from: HTMLElement) => void

const nameOf = (citation: Citation) => words.source(citation.mark ?? 0, citation.title || words.untitled)

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

/** What a citation points at: over the lower part of the messages, which stay in sight. */
export function SourceSheet({ citation, close }: { citation: Citation; close: () => void }) {
  const sheet = useRef<HTMLDivElement>(null)
  useEffect(() => sheet.current?.focus(), [citation])
  const { title, quote, page } = citation
  const url = /^https?:/i.test(citation.url ?? '') ? safeLink(citation.url!) : undefined
  return (
    <div class="sheet" role="dialog" aria-label={nameOf(citation)} tabIndex={-1} ref={sheet}>
      <div class="sheet-head">
        {citation.mark ? <span class="chip">{citation.mark}</span> : null}
        <strong dir="auto">{title || words.untitled}</strong>
        <button type="button" class="icon" aria-label={words.closeSource} onClick={close}>
          <Close />
        </button>
      </div>
      {quote ? <blockquote dir="auto">{quote}</blockquote> : null}
      {page || url ? (
        <p class="sheet-foot">
          {page ? <span>{words.page(page)}</span> : null}
          {url ? (
            <a href={url} target="_blank" rel="noopener noreferrer">
              {words.openSource}
              <Out />
              <span class="spoken">{words.newTab}</span>
            </a>
          ) : null}
        </p>
      ) : null}
    </div>
  )
}
