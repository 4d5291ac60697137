/** An inbox of more than ten thousand conversations, scrolled from its top to its end. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, visit } from './harness/browser.mjs'
import { Business } from './harness/business.mjs'
import { Parley } from './harness/parley.mjs'
import { tasksDuring } from './harness/tasks.mjs'
import { seed } from './harness/tools.mjs'

const long = 50 // milliseconds in which the page answers nobody

let browser, parley, business

before(async () => {
  browser = await launch()
  parley = await Parley.start()
  business = await Business.open(parley)
  const bot = await business.bot({})
  await parley.down()
  await seed({ parley, tenant: business.owner.tenant, bot, conversations: 10_700 })
  await parley.up()
})
after(async () => {
  await browser?.close()
  await parley?.stop()
})

/** Writes down in the page how long each frame took. */
function watchFrames() {
  window.took = []
  let before = performance.now()
  const frame = (now) => {
    window.took.push(Math.round(now - before))
    before = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

/** Turns the wheel until the last row of all is at the list's end; returns how many there are. */
async function toEnd(page) {
  const list = page.getByRole('region', { name: 'Conversations' })
  const { x, y, width, height } = await list.boundingBox()
  await page.mouse.move(x + width / 2, y + height / 2)
  for (let turns = 0; turns < 10_000; turns++) {
    await page.mouse.wheel(0, 4_000)
    const { left, of, position } = await list.evaluate((element) => {
      const rows = [...element.querySelectorAll('li:has([data-conversation])')] // in any order
      const last = rows.reduce((one, other) => (Number(other.ariaPosInSet) > Number(one.ariaPosInSet) ? other : one))
      const box = last.parentElement.parentElement
      return { left: box.scrollHeight - box.scrollTop - box.clientHeight, of: Number(last.ariaSetSize), position: Number(last.ariaPosInSet) }
    })
    if (left < 1 && of === position) return of // while there is more, nobody knows of how many it is
    if (left < 1) await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  assert.fail('the end is never reached')
}

async function scroll() {
  const page = await visit(browser)
  await business.admit(page, business.owner)
  await page.goto(`${parley.origin}/conversations?queue=bot`)
  const rows = page.locator('[data-conversation]')
  await rows.first().waitFor()
  await page.waitForLoadState('networkidle') // that the page comes is not what is measured
  await page.evaluate(watchFrames)
  let count = 0
  const tasks = await tasksDuring(page, async () => (count = await toEnd(page)))
  const frames = await page.evaluate(() => window.took)
  assert.ok((await rows.count()) < 100, 'not all rows are in the page')
  assert.deepEqual(page.errors, [])
  await page.context().close()
  const most = (numbers) => numbers.reduce((a, b) => Math.max(a, b), 0)
  const over = tasks.filter(({ took }) => took > long)
  const said =
    `${count} rows, ${tasks.length} tasks: ${over.length} took over ${long} ms, the longest ${most(tasks.map(({ took }) => took))} ms; of the processor no task had more than ` +
    `${most(tasks.map(({ worked }) => worked))} ms. ${frames.length} frames: ${frames.filter((took) => took > long).length} came after more than ${long} ms, the latest after ${most(frames)} ms`
  return { count, said, slow: over.filter(({ worked }) => worked > long) }
}

test('it scrolls from its top to its end without a task that takes long', async (t) => {
  let came = await scroll()
  t.diagnostic(came.said)
  assert.ok(came.count > 10_000)
  if (came.slow.length > 0) t.diagnostic((came = await scroll()).said) // another process may have had the processor
  assert.deepEqual(came.slow, [])
})
