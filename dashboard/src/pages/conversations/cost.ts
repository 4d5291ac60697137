import { useQuery } from '@tanstack/react-query';
import { type TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { spentQuery } from '../../api/inbox';
import type { Spent } from '../../api/types';
import { count, dollars } from '../../i18n/format';

/** What the bot's answers in a conversation cost, in words; '' where no model wrote any. */
export function useCost(conversation: string): string {
  const { t } = useTranslation();
  const spent = useQuery(spentQuery(conversation)).data;
  return spent ? costOf(spent, t) : '';
}

export function costOf(spent: Spent, t: TFunction): string {
  if (!spent.answers || (spent.cost_micros === 0 && !spent.unpriced)) return '';
  const answers = count(spent.answers);
  if (spent.cost_micros === null) return t('inbox.contact.costUnknown', { answers });
  const cost = dollars(spent.cost_micros / 1e6);
  return t(spent.unpriced ? 'inbox.contact.costAtLeast' : 'inbox.contact.cost', { answers, cost });
}
