import type { OperatedTenant } from '../../api/operator';
import { count, dollars, money } from '../../i18n/format';
import type { Tone } from '../../parts/badge';

export const statuses = ['trialing', 'active', 'past_due', 'suspended', 'cancelled'] as const;

/** How a status looks. */
export const tones: Record<OperatedTenant['status'], Tone> = {
  trialing: 'info',
  active: 'success',
  past_due: 'warning',
  suspended: 'danger',
  cancelled: 'neutral',
};

/** Millionths of a dollar, as people read them; nothing is known of null. */
export function micros(amount: number | null): string | undefined {
  return amount === null ? undefined : dollars(amount / 1_000_000);
}

/** What somebody pays a month; undefined: nothing. */
export function paid({ mrr, currency }: Pick<OperatedTenant, 'mrr' | 'currency'>): string | undefined {
  return currency === '' ? undefined : money(mrr, currency);
}

/** How much of something is used, as two numbers; the second is null where there is no limit. */
export function usedOf({ used, limit }: { used: number; limit: number | null }): { used: string; limit: string | null } {
  return { used: count(used), limit: limit === null ? null : count(limit) };
}
