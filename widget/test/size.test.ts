import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
// @ts-expect-error: plain JavaScript
import { build } from '../build.mjs'

/** What every visitor of a page pays, in bytes after gzip. */
const LOADER = 4_000
/** What those pay who open the chat, the loader included: to ask, and to read answers with their sources' names. */
const FIRST = 25_000
/**
 * What is added for those who open the menu or a source, wait for a person or talk to one, call an answer unhelpful, come near to
 * the longest message, or whose chat cannot run. It is loaded once, when the first of these happens.
 */
const MORE = 6_000

test('the loader, the chat, and what only some visitors need stay in their budgets', async () => {
  const out = await mkdtemp(join(tmpdir(), 'widget-'))
  try {
    const { loader, app, more } = (await build(out)) as { loader: string; app: string; more: string }
    const weight = (text: string) => gzipSync(text, { level: 9 }).length
    console.info(`loader ${weight(loader)}, app ${weight(app)}, more ${weight(more)} bytes after gzip`)
    expect(weight(loader)).toBeLessThanOrEqual(LOADER)
    expect(weight(loader) + weight(app)).toBeLessThanOrEqual(FIRST)
    expect(weight(more)).toBeLessThanOrEqual(MORE)
  } finally {
    await rm(out, { recursive: true })
  }
}, 60_000)
