import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { until } from './browser.mjs'

const script = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Fails with what axe finds on the page, or within a part of it; by these rules only, if any are named. */
export async function audit(page, within = 'html', runOnly) {
  // Colours on their way from one to another are neither; what has just changed sets out with the next frame.
  await until('nothing moves', () => page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    // A document does not tell of what moves within the shadows in it, such as the widget's.
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])]
    return roots.every((root) => root.getAnimations().every(({ effect }) => effect.getTiming().iterations === Infinity))
  }))
  // axe comes in through the protocol, so that the page's own policy stays as it is.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(script, 'utf8'))
  const found = await page.evaluate(async ([selector, runOnly]) => {
    const { violations } = await window.axe.run(selector, { resultTypes: ['violations'], ...(runOnly && { runOnly }) })
    return violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`) }))
  }, [within, runOnly])
  assert.deepEqual(found, [])
}
