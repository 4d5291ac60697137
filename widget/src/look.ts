/** Looks: tokens for light and dark, and the owner's accent among them. */
import { accentOr, inkOn, readableOn } from './color'
import type { Appearance } from './wire'

/** In light and in dark. Text on surface is 4.5 : 1 or better in both; control borders are 3 : 1. */
const colours = {
  surface: ['#ffffff', '#16181d'],
  raised: ['#f5f6f8', '#22252c'],
  border: ['#e3e5ea', '#31353e'],
  control: ['#868d9a', '#767d8b'],
  text: ['#1a1d23', '#eceef2'],
  meta: ['#5d6470', '#a1a8b5'],
  tint: ['9%', '22%'],
  danger: ['#b3261e', '#ffb4ab'],
  warning: ['#7a4a00', '#f3c878'],
  'warning-tint': ['#fff5e0', '#352a15'],
  shadow: ['#14161a2e', '#0009'],
  scheme: ['light', 'dark'],
} as const

/** Whether it is dark at this moment: the owner's choice, or the visitor's system. */
const isDark = (chosen?: string): boolean =>
  chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)

/** Puts the tokens on an element, through the object model: a page's style policy does not forbid that. */
export function dress(element: HTMLElement, appearance: Appearance): void {
  const at = isDark(appearance.theme) ? 1 : 0
  const accent = accentOr(appearance.accent)
  const set = (name: string, value: string) => element.style.setProperty(`--${name}`, value)
  for (const [name, pair] of Object.entries(colours)) set(name, pair[at])
  set('accent', accent)
  set('on-accent', inkOn(accent))
  set('accent-text', readableOn(accent, colours.raised[at]))
  set('ring', readableOn(accent, colours.surface[at], 3))
}
