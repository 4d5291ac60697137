/** Programs of this repository that run beside a test. They end with it, since they watch their standard input. */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { root } from './files.mjs'

async function startTool(pkg, args) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-tool-'))
  const program = join(folder, 'tool')
  await promisify(execFile)('go', ['build', '-o', program, pkg], { cwd: root })
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const first = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`${pkg} ended with ${code} before it was ready`)))
  })
  const stop = async () => {
    child.kill()
    await rm(folder, { recursive: true })
  }
  return { first, stop }
}

/** Fills the folder of a server that is down with conversations: see e2e/seed. */
export async function seed({ parley, tenant, bot, conversations, messages = 1 }) {
  const args = ['run', './e2e/seed', '-data', parley.data, '-tenant', tenant, '-bot', bot, '-conversations', String(conversations), '-messages', String(messages)]
  await promisify(execFile)('go', args, { cwd: root })
}

const order = async (url, options) => {
  const response = await fetch(url, options)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response
}

/** A model server that answers as it is told: see llm/llmtest. */
export async function startModel() {
  const { first, stop } = await startTool('./llm/llmtest/fakemodel', ['-while-stdin'])
  const control = first.replace(/\/v1$/, '/control')
  return {
    url: first,
    stop,
    play: (...scripts) => order(`${control}/scripts`, { method: 'PUT', body: JSON.stringify(scripts) }),
    calls: async () => (await order(`${control}/calls`)).json(),
  }
}

/** A TCP proxy that breaks on demand: see e2e/faultproxy. */
export async function startProxy(target) {
  const { first, stop } = await startTool('./e2e/faultproxy/cmd', ['-target', target])
  const { proxy, control } = JSON.parse(first)
  const fault = (name) => () => order(`${control}/${name}`, { method: 'POST' })
  return { origin: `http://${proxy}`, stop, reset: fault('reset'), stall: fault('stall'), resume: fault('resume'), refuse: fault('refuse'), accept: fault('accept') }
}
