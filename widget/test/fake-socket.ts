import { vi } from 'vitest'

/** A websocket whose other side is the test. */
export class FakeSocket {
  static all: FakeSocket[] = []
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!
  }
  readyState = 0
  sent: { id?: string; type: string; data: Record<string, unknown> }[] = []
  onopen?: (() => void) | null
  onmessage?: ((event: { data: unknown }) => void) | null
  onclose?: ((event: { code: number }) => void) | null

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.all.push(this)
  }

  send(raw: string): void {
    this.sent.push(JSON.parse(raw))
  }
  close(): void {
    this.readyState = 3
  }

  // The other side:
  accept(): void {
    this.readyState = 1
    this.onopen?.()
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  end(code = 1006): void {
    this.readyState = 3
    this.onclose?.({ code })
  }
  of(type: string) {
    return this.sent.filter((frame) => frame.type === type)
  }
}

/** Makes the fake the page's websocket and the clock the test's. */
export function useFakeSocket(): void {
  FakeSocket.all = []
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
}
