import { type ComponentChildren, Fragment, h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Conversation, type Snapshot, titleOf } from '../conversation'
import type { More } from '../more/contract'
import { awaited, type Item, mustAgree, openAnswer, retryable, seenMessage, stuck } from '../state'
import * as words from '../words'
import { AnswerView } from './answer'
import { Dots, MessageView, noticeText, PendingView } from './bubble'
import { Down, Spark } from './icons'
import { initials } from './initials'
import type { ShowSource } from './source'

/** So near to the end, in pixels, new text keeps the end in sight. */
const NEAR = 48

interface Props {
  snapshot: Snapshot
  conversation: Conversation
  show: ShowSource
  person?: () => void
  more?: More
  need(): void
}

export function Log({ snapshot, conversation, show, person, more, need }: Props) {
  const { items, outbox, bot, ready, condition } = snapshot
  const list = useRef<HTMLDivElement>(null)
  const held = useRef(true) // the end is in sight, and stays there
  const [behind, setBehind] = useState(false)

  const toEnd = () => list.current?.scrollTo(0, list.current.scrollHeight)
  useLayoutEffect(() => {
    if (held.current) toEnd()
  })
  useLayoutEffect(() => {
    held.current = true // what the visitor sends is always shown
    toEnd()
  }, [outbox.length])
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => held.current && toEnd())
    observer.observe(list.current!)
    return () => observer.disconnect()
  }, [])
  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = list.current!
    if (!clientHeight) return // hidden, or just put back on the page
    held.current = scrollHeight - scrollTop - clientHeight < NEAR
    setBehind(!held.current)
  }

  const starters = ready && !items.length && !outbox.length && condition !== 'stopped' && !mustAgree(snapshot) ? (bot.suggestions ?? []).slice(0, 6) : []
  const failed = retryable(snapshot)
  const offered = stuck(snapshot)
  const seen = seenMessage(snapshot)
  const idle = condition === 'open' && !openAnswer(snapshot)
  const draw = (item: Item, last: boolean) => {
    switch (item.kind) {
      case 'notice':
        return (
          <p class="notice">
            {noticeText(item)}
            {item.status === 'closed' && last && (
              <button type="button" class="text" onClick={() => conversation.startNew()}>
                {words.startNew}
              </button>
            )}
          </p>
        )
      case 'message':
        return <MessageView message={item} />
      default: {
        const { id } = item
        const retry = snapshot.retry?.message === id ? snapshot.retry : undefined
        return (
          <AnswerView
            answer={item}
            show={show}
            rate={(helpful, comment) => {
              if (!helpful) need()
              conversation.rate(id, helpful, comment)
            }}
            more={more}
            failed={failed.has(id)}
            retry={retry}
            again={idle && (!retry || retry.error) ? () => conversation.again(id) : undefined}
            person={offered && last ? person : undefined}
          />
        )
      }
    }
  }

  let speaker = ''
  return (
    <>
      <div class="log" role="log" aria-live="off" aria-label={words.messages} tabIndex={0} ref={list} onScroll={scrolled}>
        {!ready && condition !== 'stopped' && <Skeleton />}
        {bot.greeting && (ready || items.length) ? (
          <Row side="them" name={titleOf(bot)} ai>
            <div class="bubble bot" dir="auto">
              {bot.greeting}
            </div>
          </Row>
        ) : null}
        {starters.length > 0 && (
          <ul class="starters">
            {starters.map((text) => (
              <li>
                <button type="button" class="pill" dir="auto" onClick={() => conversation.post(text)}>
                  {text}
                </button>
              </li>
            ))}
          </ul>
        )}
        {items.map((item, i) => {
          const drawn = draw(item, i === items.length - 1 && !outbox.length)
          const who = item.kind === 'notice' ? '' : item.author.kind + (item.author.name ?? '')
          const same = who === speaker
          speaker = who
          if (item.kind === 'notice') return drawn
          const { kind, name } = item.author
          const ai = kind === 'bot'
          const us = kind === 'visitor'
          return (
            <Row key={item.seq} side={us ? 'us' : 'them'} at={item.at} ai={ai} name={us || same ? undefined : ai ? titleOf(bot) : name || words.aPerson}>
              {drawn}
              {item === seen && <p class="ending">{words.seen}</p>}
            </Row>
          )
        })}
        {outbox.map((pending) => (
          <Row key={pending.clientId} side="us">
            <PendingView
              pending={pending}
              online={condition !== 'waiting' && condition !== 'stopped'}
              retry={() => conversation.resend(pending.clientId)}
              discard={() => conversation.discard(pending.clientId)}
            />
          </Row>
        ))}
        {awaited(snapshot) && condition === 'open' && (
          <Row side="them">
            <Dots label={words.thinking} />
          </Row>
        )}
        {snapshot.typing && (
          <Row side="them">
            <Dots label={words.typing(snapshot.typing)} />
          </Row>
        )}
        {more && ready && snapshot.status === 'waiting' && <more.Waiting snapshot={snapshot} conversation={conversation} />}
      </div>
      {behind && (
        <button type="button" class="icon latest" aria-label={words.latest} onClick={toEnd}>
          <Down />
        </button>
      )}
    </>
  )
}

interface RowProps {
  side: 'us' | 'them'
  name?: string
  ai?: boolean
  at?: string
  children: ComponentChildren
}

const Row = ({ side, name, ai, at, children }: RowProps) => (
  <div class={`row ${side}`} title={at ? new Date(at).toLocaleString() : undefined}>
    {name ? (
      <p class="author">
        {ai ? <Spark /> : <span class="face" aria-hidden="true">{initials(name)}</span>}
        <bdi>{name}</bdi>
        {ai && <span class="tag">AI</span>}
      </p>
    ) : side === 'us' ? (
      <span class="spoken">{words.you}</span>
    ) : null}
    {children}
  </div>
)

const Skeleton = () => (
  <div class="skeleton" aria-hidden="true">
    <i />
    <i />
    <i />
  </div>
)
