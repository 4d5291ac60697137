import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type ComponentChildren, h } from 'preact'
import type { MoreProps, Over } from './contract'
import { End, Mail, Plus, Sound } from './icons'
import * as words from './words'

interface Props extends MoreProps {
  over: Over
  show(over: Over): void
  close(): void
}

/** What can be done with the conversation beside talking. */
export function Menu({ over, snapshot, conversation, show, close }: Props) {
  const menu = useRef<HTMLDivElement>(null)
  const items = () => [...menu.current!.querySelectorAll('button')]
  useLayoutEffect(() => items()[0]?.focus(), [])
  const { items: said, status } = snapshot
  const { kept } = conversation
  const [muted, setMuted] = useState(kept.read().muted)
  const mute = () => {
    kept.write({ muted: !muted })
    setMuted(!muted)
  }
  const done = (act: () => void) => () => {
    close()
    act()
  }
  const keys = (event: KeyboardEvent) => {
    const all = items()
    const at = all.findIndex((item) => item.matches(':focus'))
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
    if (event.key === 'Tab') close()
    if (next === undefined) return
    event.preventDefault()
    all.at(next % all.length)?.focus()
  }
  return (
    <div
      class="menu"
      role="menu"
      ref={menu}
      onKeyDown={keys}
      onMouseDown={(event) => event.preventDefault()} // else Safari takes the focus away before the click
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget !== over.from && menu.current?.contains(relatedTarget as Node) === false) close() // not when it goes itself
      }}
    >
      {said.length ? (
        <Item act={() => show({ kind: 'mail', from: over.from })}>
          <Mail />
          {words.mailMe}
        </Item>
      ) : null}
      <Item checked={!muted} act={mute}>
        <Sound />
        {words.sound}
        <span class="meta">{muted ? words.off : words.on}</span>
      </Item>
      {said.length ? (
        <Item act={done(() => conversation.startNew())}>
          <Plus />
          {words.startNew}
        </Item>
      ) : null}
      {said.length && status !== 'closed' ? (
        <Item act={done(() => conversation.order('conversation.close'))}>
          <End />
          {words.end}
        </Item>
      ) : null}
    </div>
  )
}

const Item = ({ checked, act, children }: { checked?: boolean; act(): void; children: ComponentChildren }) => (
  <button type="button" role={checked === undefined ? 'menuitem' : 'menuitemcheckbox'} aria-checked={checked} tabIndex={-1} onClick={act}>
    {children}
  </button>
)
