import { Fragment, h } from 'preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { markdown } from '../markdown/markdown'
import type { Message, Notice, Pending } from '../state'
import * as words from '../words'

/** A visitor's words are shown as typed; a person of the business may use Markdown. */
export function MessageView({ message: { author, text } }: { message: Message }) {
  const drawn = useMemo(() => (author.kind === 'visitor' ? text : markdown(text, undefined, true)), [text])
  return (
    <div class={`bubble ${author.kind}`} dir="auto">
      {drawn}
    </div>
  )
}

interface PendingProps {
  pending: Pending
  online: boolean
  retry(): void
  discard(): void
}

export function PendingView({ pending: { text, error, retryAt }, online, retry, discard }: PendingProps) {
  return (
    <>
      <div class={error ? 'bubble visitor' : 'bubble visitor pending'} dir="auto">
        {text}
      </div>
      {error ? (
        <p class="ending error" role="alert">
          {error} <TryAgain at={retryAt} retry={retry} />
          <button type="button" class="text" onClick={discard}>
            {words.remove}
          </button>
        </p>
      ) : (
        <p class={online ? 'ending late' : 'ending'}>{online ? words.sending : words.queued}</p>
      )}
    </>
  )
}

/** The button under what failed. When it goes while it has the focus, the messages get that. */
export function TryAgain({ at, retry }: { at?: number; retry?: () => void }) {
  const wait = useCountdown(at)
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    const { current } = button
    return () => current?.matches(':focus') && current.closest<HTMLElement>('.log')?.focus()
  }, [])
  return (
    <button type="button" class="text" aria-disabled={wait > 0 || !retry} onClick={() => wait > 0 || retry?.()} ref={button}>
      {wait > 0 ? words.retryIn(wait) : words.retry}
    </button>
  )
}

/** Whole seconds until an instant; 0 when it has come. */
function useCountdown(until?: number): number {
  const left = () => (until ? Math.max(0, Math.ceil((until - Date.now()) / 1000)) : 0)
  const [, tick] = useState(0)
  useLayoutEffect(() => {
    if (!left()) return
    const timer = setInterval(() => {
      tick((n) => n + 1)
      if (!left()) clearInterval(timer)
    }, 1000)
    return () => clearInterval(timer)
  }, [until])
  return left()
}

export function noticeText({ status, agent, before }: Notice): string {
  const name = agent?.name || words.aPerson
  const left = before ? `${words.left(before.name || words.aPerson)} ` : ''
  switch (status) {
    case 'waiting':
      return left + words.waiting
    case 'agent':
      return before ? words.tookOver(name, before.name || words.aPerson) : words.joined(name)
    case 'bot':
      return left + words.back
    case 'erased':
      return words.erased
    default:
      return words.closed
  }
}

export const Dots = ({ label }: { label: string }) => (
  <div class="bubble bot dots" role="img" aria-label={label}>
    <i />
    <i />
    <i />
  </div>
)
