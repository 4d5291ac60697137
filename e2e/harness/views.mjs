/** What windows show of a conversation, and what its log says that they have to show: a line to each entry. */

/** As the inbox shows it. */
export const shownToAgent = (log) =>
  log.evaluate((element) =>
    [...element.querySelectorAll('li')].flatMap((line) =>
      [...line.querySelectorAll(':scope > article, :scope > p[title]')].map((entry) => {
        if (entry.tagName === 'P') return `– ${entry.textContent}`
        const [author, ...rest] = entry.querySelectorAll('p, [data-state]')
        author.querySelectorAll('time, time ~ span').forEach((beside) => beside.remove())
        const bubble = entry.querySelector('[data-state]')
        if (!bubble) return `note of ${author.textContent}: ${rest[0].textContent}`
        return `${author.textContent}: ${bubble.innerText.trim()}${bubble.dataset.state === 'interrupted' ? ' (cut short)' : ''}`
      }),
    ),
  )

/** As the widget shows it, without its greeting. */
export const shownToVisitor = (log) =>
  log.evaluate((element) => {
    let author = ''
    return [...element.querySelectorAll(':scope > .row, :scope > .notice')].flatMap((row) => {
      if (row.matches('.notice')) return [`– ${row.textContent}`]
      author = row.matches('.us') ? 'Visitor' : (row.querySelector('.author bdi')?.textContent ?? author)
      const bubble = row.querySelector('.bubble')
      const cut = row.querySelector('.ending')?.textContent.trim() === 'A person took over here.'
      return row.title && bubble ? [`${author}: ${bubble.innerText.trim()}${cut ? ' (cut short)' : ''}`] : []
    })
  })

const forAgent = {
  waiting: () => 'Waiting for a person',
  agent: (name) => `${name} took over`,
  bot: () => 'Handed back to the bot',
  closed: () => 'Closed',
}
const forVisitor = {
  waiting: () => 'You wait for a person.',
  agent: (name, before) => (before ? `${name} has taken over from ${before}.` : `${name} has joined.`),
  bot: (_, before) => `${before ? `${before} has left. ` : ''}The AI assistant answers again.`,
  closed: () => 'Closed. Write to open it again.',
}

/** What the log has for its agents, with the notes in their places, or for its visitor, who is shown none. */
export function logged(events, bot, notes) {
  const notices = notes ? forAgent : forVisitor
  const left = [...(notes ?? [])]
  const answers = new Map()
  const lines = []
  let before = ''
  for (const { seq, type, data } of events) {
    while (left[0]?.seq < seq) lines.push(noted(left.shift()))
    const { author, message, text, status, agent } = data
    if (type === 'message.created') lines.push(`${author.name ?? 'Visitor'}: ${text}`)
    if (type === 'message.started') answers.set(message, lines.push('') - 1)
    if (type === 'message.completed') lines[answers.get(message)] = `${bot}: ${text}`
    if (type === 'message.interrupted') lines[answers.get(message)] = `${bot}: ${text.trim()} (cut short)`
    if (type !== 'status.changed') continue
    lines.push(`– ${notices[status](agent?.name, before)}`)
    before = agent?.name ?? ''
  }
  return [...lines, ...left.map(noted)]
}

const noted = ({ author, text }) => `note of ${author.name}: ${text}`
