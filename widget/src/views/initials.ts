/** The first letters of a name's first and last word. */
export const initials = (name: string): string => {
  const words = name.trim().split(/\s+/)
  return [words[0], words[1] && words.at(-1)].map((word) => [...(word ?? '')][0] ?? '').join('')
}
