import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** Keeps a full-screen panel above the keyboard, where browsers lay the keyboard over the page. */
export function useKeyboardRoom(panel: RefObject<HTMLElement | null>, active: boolean): void {
  useEffect(() => {
    const view = window.visualViewport
    if (!view || !active) return
    const fit = () => {
      panel.current?.style.setProperty('--room', `${view.height}px`)
      panel.current?.style.setProperty('--shift', `${view.offsetTop}px`)
    }
    fit()
    const end = new AbortController()
    for (const type of ['resize', 'scroll']) view.addEventListener(type, fit, end)
    return () => end.abort()
  }, [active])
}
