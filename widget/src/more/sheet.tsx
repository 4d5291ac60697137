import { type ComponentChildren, h } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Close } from '../views/icons'
import * as words from './words'

interface Props {
  label: string
  title?: ComponentChildren // the label, unless given
  closing?: string // what the button to close it is called
  close(): void
  children: ComponentChildren
}

/** Lies over the lower part of the messages, which stay in sight. */
export function Sheet({ label, title, closing, close, children }: Props) {
  const sheet = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (!sheet.current!.matches(':focus-within')) sheet.current!.focus()
  }, [label])
  return (
    <div class="sheet" role="dialog" aria-label={label} tabIndex={-1} ref={sheet}>
      <div class="sheet-head">
        {title ?? <strong>{label}</strong>}
        <button type="button" class="icon" aria-label={closing ?? words.close} onClick={close}>
          <Close />
        </button>
      </div>
      {children}
    </div>
  )
}
