/** How well what was typed fits a name; 0: not at all. Beginnings of words count, in any order. */
export function rank(typed: string, name: string): number {
  const words = split(typed);
  if (words.length === 0) return 1;
  const of = split(name);
  let score = 0;
  for (const word of words) {
    const at = of.findIndex((o) => o.startsWith(word));
    if (at < 0) return 0;
    score += of[at] === word ? 3 : at === 0 ? 2 : 1;
  }
  return score;
}

/** Those that fit, best first; equal ones stay in their order. */
export function ranked<T extends { name: string }>(typed: string, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, score: rank(typed, item.name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}

const split = (text: string) => text.toLocaleLowerCase().split(/[^\p{L}\p{N}@.]+/u).filter(Boolean);
