import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
// @ts-expect-error: plain JavaScript
import { build } from '../build.mjs'

/** Budgets in bytes after gzip: what every page pays, and what a visitor pays who opens the chat. */
const LOADER = 4_000
const ALL = 25_000

test('the loader and the whole widget stay in their budgets', async () => {
  const out = await mkdtemp(join(tmpdir(), 'widget-'))
  try {
    const { loader, app } = (await build(out)) as { loader: string; app: string }
    const weight = (text: string) => gzipSync(text, { level: 9 }).length
    console.info(`loader ${weight(loader)} bytes, app ${weight(app)} bytes after gzip`)
    expect(weight(loader)).toBeLessThanOrEqual(LOADER)
    expect(weight(loader) + weight(app)).toBeLessThanOrEqual(ALL)
  } finally {
    await rm(out, { recursive: true })
  }
}, 60_000)
