/** The longest wait between two attempts, in milliseconds. */
export const CAP = 30_000

/**
 * The wait before an attempt, counted from 0: anything between nothing and a
 * limit that doubles ("full jitter"), so that the visitors of a node that went
 * away do not come back in the same instant.
 */
export function backoff(attempt: number, base = 500, random: () => number = Math.random): number {
  return random() * Math.min(CAP, base * 2 ** attempt)
}
