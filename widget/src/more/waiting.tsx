import { h } from 'preact'
import { useState } from 'preact/hooks'
import type { Queue } from '../wire'
import type { MoreProps } from './contract'
import { AddressForm } from './form'
import { Clock } from './icons'
import { opening } from './opening'
import * as words from './words'

/** What a visitor who waits is told. */
export function placeText({ position, absence, opens_at: opens }: Queue = {}): string {
  if (!absence) return position ? words.position(position) : words.line
  if (opens) return words.opens(opening(new Date(opens), new Date()))
  return absence === 'hours' ? words.outside : words.nobody
}

/** The place in the line, or that nobody is there, and what the visitor may do meanwhile. */
export function Waiting({ snapshot, conversation }: MoreProps) {
  const { queue, contact } = snapshot
  const [changing, setChanging] = useState(false)
  const email = contact?.email
  const away = Boolean(queue?.absence)
  return (
    <div class="card">
      <div role="status">
        <p class="place">
          <Clock />
          {placeText(queue)}
        </p>
        <p>{!away ? words.expect : email ? words.kept : `${words.kept} ${words.leave}`}</p>
      </div>
      {email && !changing ? (
        <p class="to" role="status">
          <bdi>{words.answered(email)}</bdi>
          <button type="button" class="text" onClick={() => setChanging(true)}>
            {words.change}
          </button>
        </p>
      ) : away || changing ? (
        <AddressForm
          named
          focus={changing}
          name={contact?.name}
          email={email}
          label={words.save}
          send={(given, reply) =>
            conversation.request('contact.set', { ...contact, ...given }, (failure) => {
              reply(failure)
              if (!failure) setChanging(false)
            })
          }
        />
      ) : (
        <button type="button" class="text" onClick={() => setChanging(true)}>
          {words.save}
        </button>
      )}
    </div>
  )
}
