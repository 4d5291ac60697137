/** Everything that the widget says by itself. */

export const chat = 'Chat' // until the bot's name is known
export const ai = 'AI assistant'
export const openChat = 'Open chat'
export const closeChat = 'Close chat'
export const unread = (n: number) => (n === 1 ? '1 unread message' : `${n} unread messages`)
export const messages = 'Messages'
export const write = 'Write a message…'
export const send = 'Send message'
export const stop = 'Stop answering'
export const person = 'Talk to a person'
export const asked = 'A person was asked to join'
export const withPerson = (name: string) => `You are talking to ${name}`
export const somebody = 'a person of our team'
export const you = 'You'
export const sending = 'Sending…'
export const queued = 'Will be sent when the connection is back'
export const retry = 'Try again'
export const retryIn = (seconds: number) => `Try again in ${seconds} s`
export const remove = 'Remove'
export const thinking = 'Writing an answer'
export const typing = (name: string) => `${name} is writing`
export const stopped = 'Stopped.'
export const takenOver = 'A person took over here.'
export const failed = 'The answer could not be finished.'
export const tooOld = 'Please write your question again.'
export const lost = 'The connection broke. It is answering again.'
export const erased = 'This message was erased.'
export const helpful = 'Helpful'
export const unhelpful = 'Not helpful'
export const thanks = 'Thank you for telling us.'
export const why = 'What was missing or wrong?'
export const sendComment = 'Send'
export const sources = 'Sources'
export const source = (mark: number, title: string) => (mark ? `Source ${mark}: ${title}` : `Source: ${title}`)
export const untitled = 'Untitled source'
export const page = (n: number) => `Page ${n}`
export const openSource = 'Open'
export const closeSource = 'Close source'
export const waiting = 'You are in the line for a person.'
export const position = (n: number) => `You are in the line for a person. Your position: ${n}.`
export const joined = (name: string) => `${name} joined the conversation.`
export const aPerson = 'A person'
export const back = 'The AI assistant answers again.'
export const closed = 'Closed. Write to open it again.'
export const startNew = 'Start a new conversation'
export const offline = 'No connection. Trying again…'
export const reconnecting = 'Reconnecting…'
export const unavailable = 'The chat is not available on this page.'
export const latest = 'Latest messages'
export const left = (n: number) => (n < 0 ? `${-n} characters too many` : `${n} characters left`)
export const newTab = '(opens in a new tab)'
