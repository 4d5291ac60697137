import { h } from 'preact'
import * as words from './words'

export const Count = ({ left }: { left: number }) => (
  <p class={left < 0 ? 'count error' : 'count'} role="status">
    {words.left(left)}
  </p>
)
