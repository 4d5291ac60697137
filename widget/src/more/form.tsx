import { h } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Failure } from '../wire'
import * as words from './words'

interface Props {
  named?: boolean // asks for a name, too
  name?: string
  email?: string
  label: string // of the button
  focus?: boolean
  send(given: { name?: string; email: string }, reply: (failure?: Failure) => void): void
}

/** Asks for the visitor's address; what is wrong with it stands below, in words. */
export function AddressForm({ named, name, email, label, focus, send }: Props) {
  const field = useRef<HTMLInputElement>(null)
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  // What goes while it has the focus leaves that to what is around.
  useLayoutEffect(() => {
    const { current } = form
    if (focus) field.current?.focus()
    return () => current?.matches(':focus-within') && current.closest<HTMLElement>('.sheet, .log')?.focus()
  }, [])
  // The button stays in sight when a line is added above it.
  useLayoutEffect(() => {
    if (error) form.current?.lastElementChild?.scrollIntoView({ block: 'nearest' })
  }, [error])
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault()
    if (busy) return
    const read = (input: string) => (event.currentTarget.elements.namedItem(input) as HTMLInputElement | null)?.value.trim() || undefined
    const address = read('email')
    if (!address || !field.current!.validity.valid) {
      setError(words.noEmail)
      field.current!.focus()
      return
    }
    setError('')
    setBusy(true)
    send({ name: read('name'), email: address }, (failure) => {
      setBusy(false)
      if (failure) setError(failure.message || words.unheard)
    })
  }
  return (
    <form class="address" noValidate onSubmit={submit} ref={form}>
      {named ? (
        <label>
          {words.name}
          <input name="name" autocomplete="name" maxLength={100} dir="auto" defaultValue={name} />
        </label>
      ) : null}
      <label>
        {words.email}
        <input
          name="email"
          type="email"
          inputMode="email"
          autocomplete="email"
          maxLength={254}
          required
          aria-invalid={error !== ''}
          aria-describedby="wrong"
          dir="ltr"
          defaultValue={email}
          ref={field}
        />
      </label>
      <p class="wrong" id="wrong" role="alert">
        {error}
      </p>
      <button type="submit" class="primary" aria-disabled={busy}>
        {busy ? words.mailing : label}
      </button>
    </form>
  )
}
