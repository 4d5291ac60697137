/** What keeps a page busy, by Chromium's own books. */

/**
 * Writes down the tasks of the page's main thread while something is done, in milliseconds: how long each took, and how much
 * of that it had a processor. A machine that is busy with other things makes the first longer, and the second hardly.
 */
export async function tasksDuring(page, act) {
  const chromium = await page.context().newCDPSession(page)
  const events = []
  const complete = new Promise((resolve) => chromium.once('Tracing.tracingComplete', resolve))
  chromium.on('Tracing.dataCollected', ({ value }) => events.push(...value.filter(({ name, ph }) => name === 'thread_name' || (name === 'ThreadControllerImpl::RunTask' && ph === 'X'))))
  await chromium.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel'] } })
  await act()
  await chromium.send('Tracing.end')
  await complete
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const isMain = ({ pid, tid }) => threads.some((thread) => thread.pid === pid && thread.tid === tid)
  return events.filter((event) => event.dur && isMain(event)).map(({ dur, tdur }) => ({ took: Math.round(dur / 1000), worked: Math.round((tdur ?? dur) / 1000) }))
}
