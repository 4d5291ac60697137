/** Looks: tokens for light and dark, and the owner's accent among them. */
import { accentOr, inkOn, readableOn } from './color'
import type { Appearance } from './wire'

/** Text on surface is 4.5 : 1 or better in both; control borders are 3 : 1. */
const themes = {
  light: {
    surface: '#ffffff',
    raised: '#f5f6f8',
    border: '#e3e5ea',
    control: '#868d9a',
    text: '#1a1d23',
    meta: '#5d6470',
    tint: '9%',
    danger: '#b3261e',
    warning: '#7a4a00',
    'warning-tint': '#fff5e0',
    shadow: '0 12px 40px rgb(20 22 26 / .18)',
  },
  dark: {
    surface: '#16181d',
    raised: '#22252c',
    border: '#31353e',
    control: '#767d8b',
    text: '#eceef2',
    meta: '#a1a8b5',
    tint: '22%',
    danger: '#ffb4ab',
    warning: '#f3c878',
    'warning-tint': '#352a15',
    shadow: '0 12px 40px rgb(0 0 0 / .6)',
  },
}

export type Theme = keyof typeof themes

/** The theme of this moment: the owner's choice, or the visitor's system. */
export const themeOf = (chosen?: string): Theme =>
  chosen === 'light' || chosen === 'dark' ? chosen : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'

/** Puts the tokens on an element, through the object model: a page's style policy does not forbid that. */
export function dress(element: HTMLElement, appearance: Appearance): void {
  const theme = themeOf(appearance.theme)
  const accent = accentOr(appearance.accent)
  const tokens: Record<string, string> = {
    ...themes[theme],
    scheme: theme,
    accent,
    'on-accent': inkOn(accent),
    'accent-text': readableOn(accent, themes[theme].raised),
    ring: readableOn(accent, themes[theme].surface, 3),
  }
  for (const [name, value] of Object.entries(tokens)) element.style.setProperty(`--${name}`, value)
}
