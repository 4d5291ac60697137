import { h } from 'preact'

/** Drawn on 24 × 24, in the colour of the text around. */
export const icon = (d: string) => () => (
  <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
    <path d={d} />
  </svg>
)

export const Close = icon('M6 6l12 12M18 6L6 18')
export const More = icon('M5 11a1 1 0 1 0 .1 0Zm7 0a1 1 0 1 0 .1 0Zm7 0a1 1 0 1 0 .1 0Z')
export const Send = icon('M12 19V5M5.5 11.5 12 5l6.5 6.5')
export const Down = icon('M12 5v14M5.5 12.5 12 19l6.5-6.5')
export const Thumb = icon('M7 10.5v9H4.5a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1H7Zm0 0 4-7c1.4 0 2.5 1.1 2.5 2.5V9h4.8a2 2 0 0 1 2 2.3l-1 6.5a2 2 0 0 1-2 1.7H7')
export const Person = icon('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8c.6-3.6 3.7-5.5 7.5-5.5s6.9 1.9 7.5 5.5')
/** The mark of the AI. */
export const Spark = icon('M12 3.5 13.8 9.2 19.5 11l-5.7 1.8L12 18.5l-1.8-5.7L4.5 11l5.7-1.8L12 3.5Z')
export const Halt = icon('M7 7h10v10H7Z')
