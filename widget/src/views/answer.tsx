import { useMemo, useState } from 'preact/hooks'
import { markdown } from '../markdown/markdown'
import type { Retry } from '../conversation'
import type { Answer } from '../state'
import * as words from '../words'
import { Dots, TryAgain } from './bubble'
import { ThumbDown, ThumbUp } from './icons'
import { Chip, type ShowSource, Sources } from './source'

interface Props {
  answer: Answer
  last: boolean
  show: ShowSource
  rate(helpful: boolean, comment?: string): void
  failed: boolean // and may be tried again
  retry?: Retry // of this answer
  again?: () => void // where it can be asked for right now
  person?: () => void // asks for a person, where one is offered
}

/** What is said under an answer that was not finished. */
export const endings = {
  stopped: words.stopped,
  takeover: words.takenOver,
  failed: words.failed,
  node_lost: words.lost,
}

export function AnswerView({ answer, last, show, rate, failed, retry, again, person }: Props) {
  const { text, phase, citations, offer } = answer
  const drawn = useMemo(() => {
    const cite = (mark: number) => {
      const citation = citations.find((one) => one.mark === mark)
      return citation || phase === 'open' ? <Chip mark={mark} citation={citation} show={show} /> : undefined
    }
    return markdown(text, cite)
  }, [text, phase, citations])
  const ending = phase === 'open' || phase === 'done' ? '' : endings[phase]
  return (
    <>
      {text ? (
        <div class={phase === 'open' ? 'bubble bot open' : 'bubble bot'} dir="auto">
          {drawn}
        </div>
      ) : null}
      {phase === 'open' && !text ? <Dots label={words.thinking} /> : null}
      {citations.length ? <Sources citations={citations} show={show} /> : null}
      {ending ? (
        <p class={phase === 'failed' ? 'ending error' : 'ending'}>
          {ending} {failed ? <TryAgain at={retry?.retryAt} retry={again} /> : null}
        </p>
      ) : null}
      {failed && retry?.error ? (
        <p class="ending error" role="alert">
          {retry.error}
        </p>
      ) : null}
      {offer === 'handoff' && last && person ? (
        <button type="button" class="pill" onClick={person}>
          {words.person}
        </button>
      ) : null}
      {phase === 'done' ? <Feedback given={answer.feedback} rate={rate} /> : null}
    </>
  )
}

function Feedback({ given, rate }: { given: Answer['feedback']; rate: Props['rate'] }) {
  const [told, setTold] = useState(false)
  const thumb = (helpful: boolean) => (
    <button
      type="button"
      class="icon"
      aria-label={helpful ? words.helpful : words.unhelpful}
      aria-pressed={given?.helpful === helpful}
      onClick={() => rate(helpful)}
    >
      {helpful ? <ThumbUp /> : <ThumbDown />}
    </button>
  )
  return (
    <div class="feedback">
      {thumb(true)}
      {thumb(false)}
      {given && (given.helpful || given.comment || told) ? <span class="meta">{words.thanks}</span> : null}
      {given && !given.helpful && !given.comment && !told ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            const comment = (event.currentTarget.elements.namedItem('comment') as HTMLInputElement).value.trim()
            if (comment) rate(false, comment)
            setTold(true)
          }}
        >
          <input name="comment" aria-label={words.why} placeholder={words.why} maxLength={500} autocomplete="off" dir="auto" />
          <button type="submit" class="text">
            {words.sendComment}
          </button>
        </form>
      ) : null}
    </div>
  )
}
