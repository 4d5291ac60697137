import { Fragment, h } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { markdown } from '../markdown/markdown'
import type { Retry } from '../conversation'
import type { More } from '../more/contract'
import type { Answer } from '../state'
import * as words from '../words'
import { Dots, TryAgain } from './bubble'
import { Thumb } from './icons'
import { Chip, type ShowSource, Sources } from './source'

interface Props {
  answer: Answer
  show: ShowSource
  rate(helpful: boolean, comment?: string): void
  failed: boolean // and may be tried again
  retry?: Retry // of this answer
  again?: () => void // where it can be asked for right now
  more?: More
  person?: () => void // asks for a person, if one is offered here
}

/** What is said under an answer that was not finished. */
export const endings = {
  stopped: words.stopped,
  takeover: words.takenOver,
  failed: words.failed,
  node_lost: words.lost,
}

export function AnswerView({ answer, show, rate, failed, retry, again, more, person }: Props) {
  const { text, phase, citations } = answer
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
      {text && (
        <div class={phase === 'open' ? 'bubble bot open' : 'bubble bot'} dir="auto">
          {drawn}
        </div>
      )}
      {phase === 'open' && !text && <Dots label={words.thinking} />}
      {citations.length > 0 && <Sources citations={citations} show={show} />}
      {ending && (
        <p class={phase === 'failed' ? 'ending error' : 'ending'}>
          {ending} {failed && <TryAgain at={retry?.retryAt} retry={again} />}
        </p>
      )}
      {failed && retry?.error ? (
        <p class="ending error" role="alert">
          {retry.error}
        </p>
      ) : null}
      {person && (
        <button type="button" class="pill" onClick={person}>
          {words.person}
        </button>
      )}
      {phase === 'done' && <Feedback given={answer.feedback} rate={rate} more={more} />}
    </>
  )
}

function Feedback({ given, rate, more }: Pick<Props, 'rate' | 'more'> & { given: Answer['feedback'] }) {
  const [told, setTold] = useState(false)
  const asking = given && !given.helpful && !given.comment && !told
  const thumb = (helpful: boolean) => (
    <button
      type="button"
      class="icon"
      aria-label={helpful ? words.helpful : words.unhelpful}
      aria-pressed={given?.helpful === helpful}
      onClick={() => rate(helpful)}
    >
      <Thumb />
    </button>
  )
  return (
    <div class="feedback">
      {thumb(true)}
      {thumb(false)}
      {asking && more ? (
        <more.Comment
          send={(comment) => {
            if (comment) rate(false, comment)
            setTold(true)
          }}
        />
      ) : given && !asking ? (
        <span class="meta">{words.thanks}</span>
      ) : null}
    </div>
  )
}
