/**
 * `widget.js`: what every page of the host loads. It draws the launcher, and
 * fetches the rest when the visitor opens it or has a conversation already.
 */
import type { Api, App, AppScript, EventName } from '../contract'
import { kept, tab } from '../storage'
import type { Appearance } from '../wire'
import { createHost } from './host'
import { createLauncher } from './launcher'

declare const __APP__: string // path of the app chunk, put in by the build

const script = document.currentScript as HTMLScriptElement | null
const bot = script?.dataset.bot

if (!script || !bot) console.error('Parley: the script tag needs data-bot="bot_…".')
else if (!window.Parley) start(script, bot) // a page that swaps its body may run the line again

function start(script: HTMLScriptElement, bot: string): void {
  const { dataset } = script
  const server = new URL(script.src).origin
  const look: Appearance = {
    accent: dataset.accent,
    position: dataset.position,
    theme: dataset.theme,
    title: dataset.title,
    launcher: dataset.launcher,
  }
  const callbacks: [EventName, (detail?: unknown) => void][] = []
  const emit = (event: EventName, detail?: unknown) => {
    for (const [wanted, callback] of callbacks) if (wanted === event) callback(detail)
  }

  let app: App | undefined
  let loading = false
  let wanted = false // open it once it is here

  const host = createHost(() => app?.remounted())
  const launcher = createLauncher(host, () => api.open())
  const { token, appearance } = kept(bot).read()
  launcher.show({ open: false, unread: 0, appearance: { ...look, ...appearance } })

  const load = (): void => {
    if (loading) return
    loading = true
    const chunk: AppScript = document.createElement('script')
    chunk.src = server + __APP__
    chunk.nonce = script.nonce
    chunk.parley = (mount) => {
      app = mount({ bot, server, shadow: host.shadow, look, launcher, emit })
      if (wanted) app.open()
    }
    chunk.onerror = () => {
      loading = false // the next click tries again
      launcher.busy(false)
      console.error(`Parley: could not load ${chunk.src}`)
    }
    document.head.append(chunk)
  }

  const api: Api = {
    open() {
      wanted = true
      if (app) return app.open()
      launcher.busy(true)
      load()
    },
    close() {
      wanted = false
      app?.close()
    },
    on(event, callback) {
      const entry: (typeof callbacks)[number] = [event, callback]
      callbacks.push(entry)
      return () => void callbacks.splice(callbacks.indexOf(entry) >>> 0, 1)
    },
  }
  window.Parley = api
  // A conversation that goes on is not more urgent than the page itself. (Safari has no idle callback.)
  if (token || tab(bot).read().open) (window.requestIdleCallback ?? setTimeout)(load)
}
