import type { TestWish } from '../../api/types';

/** A test question as it is typed. */
export interface Words {
  text: string;
  source: string;
  part: string;
  phrase: string;
  nothing: boolean;
}

/** What the server is told: only what is expected, and of an answer that must not be there nothing else. */
export function wishOf({ text, source, part, phrase, nothing }: Words): TestWish {
  const wish: TestWish = { text: text.trim() };
  if (nothing) return { ...wish, nothing };
  if (source) wish.source = source;
  if (source && part) wish.part = part;
  if (phrase.trim()) wish.phrase = phrase.trim();
  return wish;
}
