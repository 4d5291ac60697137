import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

/** Keeps a full-screen panel above the keyboard, where browsers lay the keyboard over the page. */
export function useKeyboardRoom(panel: RefObject<HTMLElement | null>, active: boolean): void {
  useLayoutEffect(() => {
    const view = window.visualViewport
    if (!view || !active) return
    const fit = () => {
      panel.current!.style.cssText = `--room:${view.height}px;--shift:${view.offsetTop}px`
    }
    fit()
    const end = new AbortController()
    for (const type of ['resize', 'scroll']) view.addEventListener(type, fit, end)
    return () => end.abort()
  }, [active])
}
