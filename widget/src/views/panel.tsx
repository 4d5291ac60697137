import { useEffect, useRef, useState } from 'preact/hooks'
import { type Conversation, type Snapshot, titleOf } from '../conversation'
import { openAnswer } from '../state'
import type { Citation } from '../wire'
import * as words from '../words'
import { Composer } from './composer'
import { Close, Halt, Person, Spark } from './icons'
import { Log } from './log'
import { type ShowSource, SourceSheet } from './source'
import { useKeyboardRoom } from './viewport'

interface Props {
  snapshot: Snapshot
  conversation: Conversation
  spoken: { key: number; text: string }[]
  open: boolean
  phone: boolean
  close(): void
}

export function Panel({ snapshot, conversation, spoken, open, phone, close }: Props) {
  const { bot, status, agent, condition } = snapshot
  const panel = useRef<HTMLElement>(null)
  const [source, setSource] = useState<{ citation: Citation; from: HTMLElement }>()
  const show: ShowSource = (citation, from) => setSource({ citation, from })
  const hide = () => {
    source?.from.focus()
    setSource(undefined)
  }
  useKeyboardRoom(panel, open && phone)
  useEffect(() => {
    if (!open) setSource(undefined)
  }, [open])

  const stopped = condition === 'stopped'
  const person = status === 'bot' && bot.handoff !== false && condition === 'open' ? () => conversation.requestPerson() : undefined
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.isComposing) source ? hide() : close()
    else if (event.key === 'Tab' && phone) cycle(panel.current!, event)
  }
  return (
    <section class="panel" role="dialog" aria-label={titleOf(bot)} aria-modal={phone} tabIndex={-1} hidden={!open} ref={panel} onKeyDown={keys}>
      <header>
        <Avatar url={bot.appearance?.avatar} />
        <div class="who">
          <h2>
            <bdi>{titleOf(bot)}</bdi>
          </h2>
          <p>{status === 'agent' ? words.withPerson(agent?.name || words.somebody) : words.ai}</p>
        </div>
        <button type="button" class="icon" aria-label={words.closeChat} onClick={close}>
          <Close />
        </button>
      </header>
      <div role="status">
        {stopped ? (
          <p class="banner">{words.unavailable}</p>
        ) : snapshot.lost ? (
          <p class="banner">{navigator.onLine ? words.reconnecting : words.offline}</p>
        ) : null}
      </div>
      <div class="frame">
        <Log snapshot={snapshot} conversation={conversation} show={show} person={person} />
        {source ? <SourceSheet citation={source.citation} close={hide} /> : null}
      </div>
      <footer>
        <div class="actions">
          {bot.handoff === false || status === 'agent' ? null : status === 'waiting' ? (
            <span class="meta">{words.asked}</span>
          ) : (
            <button type="button" class="text" disabled={!person} onClick={person}>
              <Person />
              {words.person}
            </button>
          )}
          {openAnswer(snapshot) ? (
            <button type="button" class="pill stop" onClick={() => conversation.stop()}>
              <Halt />
              {words.stop}
            </button>
          ) : null}
        </div>
        <Composer disabled={stopped} send={(text) => conversation.post(text)} writing={() => conversation.write()} />
      </footer>
      <div class="spoken" aria-live="polite">
        {spoken.map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
      </div>
    </section>
  )
}

/** The owner's picture; the mark of the AI where there is none, or the page does not let it load. */
function Avatar({ url }: { url?: string }) {
  const [broken, setBroken] = useState('')
  return (
    <span class="avatar">
      {url?.startsWith('https://') && broken !== url ? <img src={url} alt="" onError={() => setBroken(url)} /> : <Spark />}
    </span>
  )
}

/** On a phone the panel is the whole screen: Tab stays inside. */
function cycle(panel: HTMLElement, event: KeyboardEvent): void {
  const all = [...panel.querySelectorAll<HTMLElement>('button, a, input, textarea, [tabindex="0"]')].filter(
    (element) => !element.matches(':disabled') && element.offsetParent,
  )
  const active = (panel.getRootNode() as ShadowRoot).activeElement
  const [edge, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]]
  if (active !== edge && active !== panel) return
  event.preventDefault()
  other?.focus()
}
