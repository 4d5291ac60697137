import * as words from './words'

/** When business hours begin again, by the visitor's own clock. */
export function opening(opens: Date, now: Date): string {
  const time = opens.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' })
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  const days = Math.round((midnight(opens) - midnight(now)) / 86_400_000) // a day may have 23 or 25 hours
  if (days < 1) return words.today(time)
  if (days === 1) return words.tomorrow(time)
  const date = days < 7 ? {} : ({ month: 'long', day: 'numeric' } as const)
  return words.dayAt(opens.toLocaleDateString('en', { weekday: 'long', ...date }), time)
}
