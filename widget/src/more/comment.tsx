import { h } from 'preact'
import * as words from './words'

/** Asks what was wrong with an answer. */
export const Comment = ({ send }: { send(comment: string): void }) => (
  <form
    onSubmit={(event) => {
      event.preventDefault()
      send((event.currentTarget.elements.namedItem('comment') as HTMLInputElement).value.trim())
    }}
  >
    <input name="comment" aria-label={words.why} placeholder={words.why} maxLength={500} autocomplete="off" dir="auto" />
    <button type="submit" class="text">
      {words.send}
    </button>
  </form>
)
