import { h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Conversation, type Snapshot, titleOf } from '../conversation'
import type { More, Over } from '../more/contract'
import { mustAgree, openAnswer } from '../state'
import * as words from '../words'
import { Composer } from './composer'
import { Close, Halt, More as Points, Person, Spark } from './icons'
import { initials } from './initials'
import { Log } from './log'
import { useKeyboardRoom } from './viewport'

interface Props {
  snapshot: Snapshot
  conversation: Conversation
  spoken: { key: number; text: string }[]
  open: boolean
  page: boolean // it is the page, and cannot be closed
  phone: boolean
  more?: More
  need(): void // loads that
  failed: boolean // to load it
  close(): void
}

export function Panel({ snapshot, conversation, spoken, open, page, phone, more, need, failed, close }: Props) {
  const { bot, status, agent, condition, blocked } = snapshot
  const asked = bot.consent?.given ? undefined : bot.consent
  const closed = mustAgree(snapshot)
  const panel = useRef<HTMLElement>(null)
  const [over, setOver] = useState<Over>()
  const show = (over: Over) => {
    need()
    setOver(over)
  }
  const hide = () => {
    over?.from.focus()
    setOver(undefined)
  }
  useKeyboardRoom(panel, open && phone)
  useLayoutEffect(() => {
    if (!open) setOver(undefined)
    else if (asked) need()
  }, [open, bot])

  const title = titleOf(bot)
  const Title = page ? 'h1' : 'h2'
  const name = status === 'agent' ? agent?.name || words.aPerson : ''
  const online = condition === 'open' && !blocked
  const person = online && !closed && bot.handoff !== false && (status === 'bot' || status === 'closed') ? () => conversation.order('handoff.request') : undefined
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.isComposing) over ? hide() : close()
    else if (event.key === 'Tab' && phone) cycle(panel.current!, event)
  }
  const banner = blocked
    ? words.blocked
    : condition === 'stopped'
      ? words.unavailable
      : snapshot.lost
        ? words.reconnecting
        : (over || closed) && failed
          ? words.notLoaded
          : ''
  return (
    <section
      class="panel"
      role={page ? 'main' : 'dialog'}
      aria-label={title}
      aria-modal={page ? undefined : phone}
      tabIndex={-1}
      hidden={!open}
      ref={panel}
      onKeyDown={keys}
    >
      <header>
        <Avatar url={bot.appearance?.avatar} name={name} />
        <div class="who">
          <Title>
            <bdi>{name || title}</bdi>
          </Title>
          <p>{name ? words.personOf(title) : status === 'waiting' ? words.asked : words.ai}</p>
        </div>
        <button
          type="button"
          class="icon"
          aria-label={words.menu}
          aria-haspopup="menu"
          aria-expanded={over?.kind === 'menu'}
          disabled={!online}
          onClick={({ currentTarget: from }) => (over ? hide() : show({ kind: 'menu', from }))}
        >
          <Points />
        </button>
        {page ? null : (
          <button type="button" class="icon" aria-label={words.closeChat} onClick={close}>
            <Close />
          </button>
        )}
      </header>
      <div role="status">{banner && <p class="banner">{banner}</p>}</div>
      <div class="frame">
        <Log
          snapshot={snapshot}
          conversation={conversation}
          show={(citation, from) => show({ kind: 'source', citation, from })}
          person={person}
          more={more}
          need={need}
        />
        {over && more && <more.Over over={over} snapshot={snapshot} conversation={conversation} show={show} close={hide} />}
      </div>
      <footer>
        <div class="actions">
          {status === 'waiting' ? (
            <button type="button" class="text" disabled={!online} onClick={() => conversation.order('handoff.cancel')}>
              <Spark />
              {words.cancel}
            </button>
          ) : status === 'agent' ? (
            bot.preview ? (
              <span class="meta">{words.previewed}</span>
            ) : null
          ) : bot.handoff !== false ? (
            <button type="button" class="text" disabled={!person} onClick={person}>
              <Person />
              {words.person}
            </button>
          ) : null}
          {openAnswer(snapshot) && (
            <button type="button" class="pill stop" onClick={() => conversation.stop()}>
              <Halt />
              {words.stop}
            </button>
          )}
        </div>
        {more && asked && <more.Terms key={asked.text_hash} consent={asked} conversation={conversation} />}
        <Composer
          closed={closed || blocked || condition === 'stopped'}
          label={closed ? words.agreeFirst : words.write}
          more={more}
          need={need}
          send={(text) => conversation.post(text)}
          writing={(draft) => conversation.write(draft)}
        />
      </footer>
      <div class="spoken" aria-live="polite">
        {closed && <p>{words.agreeFirst}</p>}
        {spoken.map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
      </div>
    </section>
  )
}

/** Who speaks: a person by their letters, the bot by the owner's picture, or by the mark of the AI where there is none that loads. */
function Avatar({ url, name }: { url?: string; name: string }) {
  const [broken, setBroken] = useState('')
  return (
    <span class="avatar" aria-hidden="true">
      {name ? initials(name) : url?.startsWith('https://') && broken !== url ? <img src={url} alt="" onError={() => setBroken(url)} /> : <Spark />}
    </span>
  )
}

/** On a phone the panel is the whole screen: Tab stays inside. */
function cycle(panel: HTMLElement, event: KeyboardEvent): void {
  const all = [...panel.querySelectorAll<HTMLElement>(':enabled, a, [tabindex="0"]')].filter((element) => element.offsetParent)
  const [edge, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]]
  if (event.target !== edge && event.target !== panel) return
  event.preventDefault()
  other?.focus()
}
