/** The app chunk: everything behind the launcher that a visitor sees who opens it. */
import css from './app.css?inline' // first, so that what is alike in the rest stands close together: that packs better
import { Fragment, h, render } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Announcer } from './announcer'
import type { Kit, Mount, Script, TakeApp } from './contract'
import { Conversation, type Snapshot } from './conversation'
import type { More } from './more/contract'
import { Panel } from './views/panel'

declare const __MORE__: string // path of the chunk `more`, put in by the build

/** After so long, in milliseconds, a chunk that could not be loaded is worth another try. */
const AGAIN = 10_000

const mount: Mount = (guest) => {
  const { tab, shadow, addSheet, look, page, launcher, about, emit, load } = guest
  addSheet(css)
  const root = document.createElement('div')
  shadow.prepend(root)
  const small = matchMedia('(max-width: 480px)')
  const announcer = new Announcer()
  const conversation = new Conversation(guest, schedule, (code) => need((more) => more.explain(code)))
  let open = false
  let opened = false
  let scheduled = false
  let more: More | undefined
  let loading = false
  let failed = false
  const callbacks: ((more: More) => void)[] = [] // wait for it
  let before: Snapshot = conversation.snapshot

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // A hidden page draws no frames; the badge and the state go on.
    if (document.hidden) setTimeout(draw)
    else requestAnimationFrame(draw)
  }

  /** Loads what only some visitors need, or only later. Without it, one can still talk. */
  function need(use?: (more: More) => void): void {
    if (more) return use?.(more)
    if (use) callbacks.push(use)
    if (loading) return
    loading = true
    failed = false
    const kit: Kit = {
      preact: { Fragment, h, useLayoutEffect, useRef, useState },
      take: (it) => {
        more = it
        addSheet(it.css)
        callbacks.forEach((use) => use(it))
        schedule()
      },
    }
    load(__MORE__, kit, () => {
      failed = true
      callbacks.length = 0
      setTimeout(() => {
        loading = false
        schedule()
      }, AGAIN)
      schedule()
    })
  }

  function draw(): void {
    scheduled = false
    const snapshot = conversation.snapshot
    announcer.update(snapshot)
    tell(snapshot)
    if (/agent|waiting/.test(snapshot.status)) need()
    if (about.contact && snapshot.seq) need((more) => more.introduce(snapshot, conversation, about))
    const appearance = { ...look, ...snapshot.bot.appearance }
    launcher.show({ open, unread: snapshot.unread, appearance })
    if (!opened) return
    const bot = { ...snapshot.bot, appearance }
    render(
      <Panel
        snapshot={{ ...snapshot, bot }}
        conversation={conversation}
        spoken={announcer.lines}
        open={open}
        page={page}
        phone={small.matches}
        more={more}
        need={need}
        failed={failed}
        close={api.close}
      />,
      root,
    )
  }

  /** Tells the page's own script, through `Parley.on`, and who looks elsewhere. */
  function tell(snapshot: Snapshot): void {
    if (snapshot.unread !== before.unread) emit('unread', snapshot.unread)
    if (before.ready && snapshot.conversation === before.conversation) {
      for (const item of snapshot.items) {
        const end = item.kind === 'answer' ? (item.end ?? 0) : item.seq
        if (end <= before.seq || item.kind === 'notice') continue
        const from = item.author.kind
        emit('message', { from })
        if (from === 'agent' && (!open || document.hidden)) need((more) => more.call(conversation))
      }
    }
    before = snapshot
  }

  function set(next: boolean): void {
    if (open === next) return
    open = next
    opened ||= next
    if (!page) tab.write({ open })
    emit(open ? 'open' : 'close')
    conversation.look(open)
    draw()
    if (open) {
      // On touch the field would call up the keyboard before anything was read.
      const first = matchMedia('(pointer: coarse)').matches ? '.panel' : 'textarea'
      root.querySelector<HTMLElement>(first)?.focus()
    } else if (root.contains(shadow.activeElement) || !shadow.activeElement) launcher.element.focus()
  }

  const api = {
    open: () => (page ? need(() => set(true)) : set(true)), // as a page it has a style of its own
    close: () => set(page),
    remounted: () => {
      const log = root.querySelector('.log')
      log?.scrollTo(0, log.scrollHeight) // a moved element forgets where it was
    },
    told: () => {
      conversation.about(about)
      schedule()
    },
  }
  launcher.element.onclick = () => set(!open)
  small.addEventListener('change', schedule)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', schedule)
  api.told()
  conversation.connect()
  if (tab.read().open && !small.matches) {
    // It was open on the page before: it comes back, without taking the focus.
    open = opened = true
    conversation.look(true)
  }
  schedule()
  return api
}

;(document.currentScript as Script<TakeApp> | null)?.parley?.(mount)
