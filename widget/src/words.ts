/** What the widget says by itself; the chunk `more` has words of its own. */

export const chat = 'Chat' // until the bot's name is known
export const ai = 'AI assistant'
export const openChat = 'Open chat'
export const closeChat = 'Close chat'
export const unread = (n: number) => (n === 1 ? '1 unread message' : `${n} unread messages`)
export const messages = 'Messages'
export const write = 'Write a message…'
export const agreeFirst = 'Agree to the terms first'
export const send = 'Send message'
export const stop = 'Stop answering'
export const person = 'Talk to a person'
export const cancel = 'Ask the bot instead'
export const asked = 'Waiting for a person'
export const menu = 'Menu'
export const notLoaded = 'Could not be loaded.'
export const previewed = 'We see what you type.'
export const seen = 'Seen'
export const you = 'You:'
export const sending = 'Sending…'
export const queued = 'Sent when the connection is back'
export const retry = 'Try again'
export const retryIn = (seconds: number) => `Try again in ${seconds} s`
export const remove = 'Remove'
export const thinking = 'Writing an answer'
export const typing = (name: string) => `${name} is writing`
export const stopped = 'Stopped.'
export const takenOver = 'A person took over here.'
export const failed = 'The answer could not be finished.'
export const tooOld = 'Please ask again.'
export const lost = 'The connection broke. It is answering again.'
export const erased = 'This message was erased.'
export const helpful = 'Helpful'
export const unhelpful = 'Not helpful'
export const thanks = 'Thank you.'
export const sources = 'Sources'
export const source = (mark: number, title: string) => (mark ? `Source ${mark}: ${title}` : `Source: ${title}`)
export const untitled = 'Untitled source'
export const waiting = 'You wait for a person.'
export const joined = (name: string) => `${name} has joined.`
export const tookOver = (name: string, before: string) => `${name} has taken over from ${before}.`
export const aPerson = 'A person'
export const personOf = (business: string) => `Person · ${business}`
export const back = 'The AI assistant answers again.'
export const left = (name: string) => `${name} has left.`
export const closed = 'Closed. Write to open it again.'
export const startNew = 'Start a new conversation'
export const reconnecting = 'Reconnecting…'
export const unavailable = 'The chat is not available right now.'
export const blocked = 'You cannot write here any more.'
export const latest = 'Latest messages'
