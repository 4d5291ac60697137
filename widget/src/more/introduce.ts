import type { More } from './contract'

const FIELDS = ['name', 'email', 'phone'] as const

export const introduce: More['introduce'] = ({ ready, condition, contact }, conversation, about) => {
  if (!about.contact || !ready || condition !== 'open') return
  const said = about.contact
  about.contact = undefined
  const news = FIELDS.filter((field) => said[field] && String(said[field]) !== contact?.[field])
  if (!news.length) return
  const changed = Object.fromEntries(news.map((field) => [field, String(said[field])]))
  conversation.request('contact.set', { ...contact, ...changed }, (failure) => {
    if (failure?.code) console.warn(`Parley: the contact was not kept: ${failure.message}`)
    else if (failure) about.contact ??= said // nobody heard it
  })
}
