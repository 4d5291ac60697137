/** The app chunk: everything behind the launcher. */
import { render } from 'preact'
import { Announcer } from './announcer'
import css from './app.css?inline'
import type { AppScript, Mount } from './contract'
import { Conversation, type Snapshot } from './conversation'
import { addSheet } from './loader/host'
import { tab } from './storage'
import { Panel } from './views/panel'

const mount: Mount = ({ bot, server, shadow, look, launcher, emit }) => {
  addSheet(shadow, css)
  const root = document.createElement('div')
  shadow.prepend(root)
  const small = matchMedia('(max-width: 480px)')
  const announcer = new Announcer()
  const conversation = new Conversation(bot, server, schedule)
  let open = false
  let opened = false
  let scheduled = false
  let before: Snapshot = conversation.snapshot

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // A hidden page draws no frames; the badge and the state go on.
    if (document.hidden) setTimeout(draw)
    else requestAnimationFrame(draw)
  }

  function draw(): void {
    scheduled = false
    const snapshot = conversation.snapshot
    announcer.update(snapshot)
    tell(snapshot)
    const appearance = { ...look, ...snapshot.bot.appearance }
    launcher.show({ open, unread: snapshot.unread, appearance })
    if (!opened) return
    const bot = { ...snapshot.bot, appearance }
    render(
      <Panel snapshot={{ ...snapshot, bot }} conversation={conversation} spoken={announcer.lines} open={open} phone={small.matches} close={api.close} />,
      root,
    )
  }

  /** Tells the page's own script, through `Parley.on`. */
  function tell(snapshot: Snapshot): void {
    if (snapshot.unread !== before.unread) emit('unread', snapshot.unread)
    if (before.ready && snapshot.conversation === before.conversation) {
      for (const item of snapshot.items) {
        const end = item.kind === 'answer' ? (item.end ?? 0) : item.seq
        if (end > before.seq && item.kind !== 'notice') emit('message', { from: item.author.kind })
      }
    }
    before = snapshot
  }

  function set(next: boolean): void {
    if (open === next) return
    open = next
    opened ||= next
    tab(bot).write({ open })
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
    open: () => set(true),
    close: () => set(false),
    remounted: () => {
      const log = root.querySelector('.log')
      log?.scrollTo(0, log.scrollHeight) // a moved element forgets where it was
    },
  }
  launcher.element.onclick = () => set(!open)
  small.addEventListener('change', schedule)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', schedule)
  conversation.connect()
  if (tab(bot).read().open && !small.matches) {
    // It was open on the page before: it comes back, without taking the focus.
    open = opened = true
    conversation.look(true)
  }
  schedule()
  return api
}

;(document.currentScript as AppScript | null)?.parley?.(mount)
