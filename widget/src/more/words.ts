/** What the chunk `more` says. */

export const untitled = 'Untitled source'
export const agree = 'I agree'
export const terms = 'Terms of this chat'
export const notTaken = 'This could not be sent. Please try again.'

export const page = (n: number) => `Page ${n}`
export const openSource = 'Open'
export const closeSource = 'Close source'
export const newTab = '(opens in a new tab)'

export const mailMe = 'Mail me this conversation'
export const sound = 'Sound'
export const on = 'On'
export const off = 'Off'
export const startNew = 'New conversation'
export const end = 'End conversation'

export const close = 'Close'
export const mailTo = 'Where should we send it?'
export const mailed = (email?: string) => `It is on its way to ${email ?? 'you'}.`
export const mailing = 'Sending…'
export const why = 'What was missing or wrong?'
export const send = 'Send'
export const name = 'Name (optional)'
export const unheard = 'There is no connection right now. Please try again in a moment.'
export const email = 'E-mail'
export const noEmail = 'Please give a complete e-mail address, such as mia@shop.example.'

export const line = 'You are in line.'
export const position = (n: number) => (n === 1 ? 'You are next in line' : `You are number ${n} in line`)
export const expect = 'A person will join you here. You can add to your question meanwhile.'
export const nobody = 'Nobody is here right now'
export const outside = 'We are closed right now'
export const opens = (when: string) => `We are back ${when}`
export const kept = 'Your conversation waits here for us.'
export const leave = 'Leave your e-mail address, and we will answer there.'
export const save = 'Answer me by e-mail'
export const answered = (email: string) => `We will answer to ${email}`
export const change = 'Change'
export const today = (time: string) => `today at ${time}`
export const tomorrow = (time: string) => `tomorrow at ${time}`
export const dayAt = (day: string, time: string) => `${day} at ${time}`

export const left = (n: number) => (n < 0 ? `${-n} characters too many` : `${n} characters left`)
