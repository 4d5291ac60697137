/** The real server: bin/parley, with its own folder of data. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './browser.mjs'
import { root } from './files.mjs'

const program = join(root, 'bin/parley')

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

export class Parley {
  log = ''

  static async start(args = [], settings = {}) {
    if (!existsSync(program)) throw new Error('bin/parley is needed: run make build')
    const parley = new Parley()
    parley.data = await mkdtemp(join(tmpdir(), 'parley-e2e-'))
    parley.address = `127.0.0.1:${await freePort()}`
    parley.origin = `http://${parley.address}`
    parley.args = args
    await parley.up(settings)
    return parley
  }

  /** Starts the process, with these settings on top of none: nothing is taken from whoever runs the tests. */
  async up(settings = {}) {
    const { PATH, HOME } = process.env
    const env = { PATH, HOME, PARLEY_ADDR: this.address, PARLEY_DATA: this.data, ...settings }
    const child = spawn(program, ['serve', ...this.args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.log += text))
    child.on('exit', (code, signal) => (this.ended = { code, signal }))
    this.child = child
    this.ended = undefined
    await until('the server is ready', async () => {
      if (this.ended) throw new Error(`the server ended: ${JSON.stringify(this.ended)}\n${this.log}`)
      try {
        return (await fetch(`${this.origin}/readyz`)).ok
      } catch {
        return false
      }
    }, 60_000)
  }

  /** Runs another command of the program on the same data, for which the server must be down, and returns what it says. */
  command(...args) {
    const { PATH, HOME } = process.env
    return execFileSync(program, args, { env: { PATH, HOME, PARLEY_DATA: this.data }, encoding: 'utf8' })
  }

  /** Ends the process in order; its data stay. */
  async down() {
    this.child.kill('SIGTERM')
    await until('the server ends', () => this.ended, 60_000)
  }

  async restart(settings) {
    await this.down()
    await this.up(settings)
  }

  async stop() {
    if (!this.ended) await this.down()
    await rm(this.data, { recursive: true, force: true })
  }
}
