/** The app on a person's phone that shows the codes of a second factor: RFC 6238, six digits, 30 seconds. */
import { createHmac } from 'node:crypto'
import { until } from './browser.mjs'

const step = 30_000
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export class Authenticator {
  constructor(secret) {
    this.key = decode(secret)
    this.used = 0
  }

  /** The code of now. One is good once: a second one waits for the next step, as a person does. */
  async code() {
    const counter = await until('the next code', () => {
      const now = Math.floor(Date.now() / step)
      return now > this.used && now
    }, 2 * step)
    this.used = counter
    return codeAt(this.key, counter)
  }
}

function decode(secret) {
  const bits = [...secret.replaceAll(' ', '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
}

function codeAt(key, counter) {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', key).update(message).digest()
  const offset = mac.at(-1) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
