import { Fragment, h } from 'preact'
import { safeLink } from '../markdown/links'
import { nameOf } from '../views/source'
import type { Citation } from '../wire'
import { Out } from './icons'
import { Sheet } from './sheet'
import * as words from './words'

/** What a citation points at. */
export function SourceSheet({ citation, close }: { citation: Citation; close: () => void }) {
  const { mark, title, quote, page } = citation
  const url = /^https?:/i.test(citation.url ?? '') ? safeLink(citation.url!) : undefined
  const head = (
    <>
      {mark ? <span class="chip">{mark}</span> : null}
      <strong dir="auto">{title || words.untitled}</strong>
    </>
  )
  return (
    <Sheet label={nameOf(citation)} title={head} closing={words.closeSource} close={close}>
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
    </Sheet>
  )
}
