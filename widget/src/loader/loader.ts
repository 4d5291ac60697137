/**
 * `widget.js`: what every page of the host loads. It draws the launcher, and
 * fetches the rest when the visitor opens it or has a conversation already.
 */
import type { About, Api, App, EventName, Guest, Script, TakeApp } from '../contract'
import { follow, kept as keptOf, tab as tabOf } from '../storage'
import type { Appearance } from '../wire'
import { createHost } from './host'
import { createLauncher } from './launcher'

declare const __APP__: string // path of the app chunk, put in by the build

/** A name behind this, in the line on the page, says something of the visitor. */
const FIELD = 'data-field-'

const script = document.currentScript as HTMLScriptElement | null
const bot = script?.dataset.bot

if (!script || !bot) console.error('Parley: data-bot is missing.')
else if (!window.Parley) start(script, bot) // a page that swaps its body may run the line again

function start(script: HTMLScriptElement, bot: string): void {
  const { dataset } = script
  const server = new URL(script.src).origin
  const page = dataset.page === 'chat'
  const look: Appearance = { ...dataset } // data-accent, data-position, …
  const about: About = { fields: {}, identity: dataset.identity }
  for (const { name, value } of script.attributes) if (name.startsWith(FIELD)) about.fields[name.slice(FIELD.length)] = value
  const callbacks = new Set<[EventName, (detail?: unknown) => void]>()
  const emit = (event: EventName, detail?: unknown) => {
    for (const [wanted, callback] of callbacks) if (wanted === event) callback(detail)
  }

  let app: App | undefined
  let loading = false
  let wanted = page // open it once it is here

  if (page) follow(bot)
  const kept = keptOf(bot)
  const tab = tabOf(bot)
  const host = createHost(() => app?.remounted())
  host.element.classList.toggle('page', page)
  const launcher = createLauncher(host, () => api.open())
  const { token, appearance } = kept.read()
  launcher.show({ open: false, unread: 0, appearance: { ...look, ...appearance } })

  const load: Guest['load'] = (path, parley, failed) => {
    const chunk: Script<unknown> = document.createElement('script')
    chunk.src = server + path
    chunk.nonce = script.nonce
    chunk.parley = parley
    chunk.onerror = () => {
      console.error(`Parley: cannot load ${chunk.src}`)
      failed()
    }
    document.head.append(chunk)
  }
  const loadApp = (): void => {
    if (loading) return
    loading = true
    const take: TakeApp = (mount) => {
      app = mount({ ...host, bot, server, kept, tab, look, page, launcher, about, emit, load })
      if (wanted) app.open()
    }
    load(__APP__, take, () => {
      loading = false // the next click tries again
      launcher.busy(false)
    })
  }

  const api: Api = {
    open() {
      wanted = true
      if (app) return app.open()
      launcher.busy(true)
      loadApp()
    },
    close() {
      wanted = page
      app?.close()
    },
    set(fields) {
      Object.assign(about.fields, fields)
      app?.told()
    },
    contact(contact) {
      about.contact = contact
      app?.told()
    },
    identify(identity) {
      about.identity = identity
      app?.told()
    },
    on(event, callback) {
      const entry: [EventName, typeof callback] = [event, callback]
      callbacks.add(entry)
      return () => void callbacks.delete(entry)
    },
  }
  window.Parley = api
  if (page) api.open()
  // A conversation that goes on is not more urgent than the page itself. (Safari has no idle callback.)
  else if (token || tab.read().open) (window.requestIdleCallback ?? setTimeout)(loadApp)
}
