import type { Citation, TracedPassage } from '../../api/types';

/**
 * Whether an answer cites its n-th passage (from 1). A citation without a mark
 * names its source only, so its quote, the passage's beginning, tells which.
 */
export function isCited({ source, text }: TracedPassage, n: number, citations: Citation[]): boolean {
  return citations.some((citation) => {
    if (citation.mark) return citation.mark === n;
    const quote = (citation.quote ?? '').replace(/…$/, '').trim();
    return citation.source === source && quote !== '' && text.trim().startsWith(quote);
  });
}
