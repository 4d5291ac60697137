/** Every state of the inbox, for those who cannot see it well or use no mouse. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent } from './harness/agent.mjs'
import { audit } from './harness/axe.mjs'
import { launch, visit } from './harness/browser.mjs'
import { Day, enter, states } from './harness/inbox.mjs'

// Colours are the same on phones, and all but colours is the same in the dark.
const sizes = {
  wide: { looks: ['light', 'dark'], options: { viewport: { width: 1440, height: 900 } } },
  phone: { looks: ['light'], options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
}

let browser, day

before(async () => {
  browser = await launch()
  day = await Day.begin()
})
after(async () => {
  await browser?.close()
  await day?.end()
})

for (const [size, { looks, options }] of Object.entries(sizes)) {
  test(`axe finds nothing to improve in any state of the inbox, ${size}, ${looks.join(' and ')}, and nothing is wider than the window`, async () => {
    const agents = {}
    for (const who of ['ada', 'vera']) {
      const page = await visit(browser, { ...options, reducedMotion: 'reduce' })
      await day.business.admit(page, day[who])
      agents[who] = new Agent(page, day[who], day.parley.origin)
    }
    for (const state of states) {
      if (state.wide && size === 'phone') continue
      const agent = agents[state.as ?? 'ada']
      const { page } = agent
      await enter(agent, day, state, size === 'phone')
      for (const colorScheme of looks) {
        await agent.paint(colorScheme)
        await audit(page, 'html', colorScheme === 'dark' ? ['color-contrast'] : undefined).catch((error) => assert.fail(`${state.name}, ${colorScheme}: ${error.message}`))
      }
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), options.viewport.width, state.name)
      await state.after?.(agent)
      assert.deepEqual(page.errors, [], state.name)
    }
    for (const { page } of Object.values(agents)) await page.context().close()
  })
}
