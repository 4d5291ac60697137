import { Fragment, h } from 'preact'
import { useState } from 'preact/hooks'
import type { MoreProps } from './contract'
import { AddressForm } from './form'
import { Sheet } from './sheet'
import * as words from './words'

/** Has the conversation mailed to the visitor: to the address that is known, or that they give. */
export function MailSheet({ snapshot, conversation, close }: MoreProps & { close(): void }) {
  const known = snapshot.contact?.email
  const [to, setTo] = useState<string>()
  return (
    <Sheet label={words.mailMe} close={close}>
      {to ? (
        <p role="status">{words.mailed(to)}</p>
      ) : (
        <>
          <p>{words.mailTo}</p>
          <AddressForm
            focus
            email={known}
            label={words.send}
            send={({ email }, reply) =>
              conversation.request('transcript.request', email === known ? {} : { email }, (failure) => {
                reply(failure)
                if (!failure) setTo(email)
              })
            }
          />
        </>
      )}
    </Sheet>
  )
}
