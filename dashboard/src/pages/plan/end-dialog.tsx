import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { cancelSubscription } from '../../api/plans';
import type { Subscription } from '../../api/types';
import { toast } from '../../app/toasts';
import { date } from '../../i18n/format';
import { Confirm } from '../../parts/confirm';
import { useChanged } from './use-changed';

/** Asks before a subscription ends. */
export function EndDialog({ has, opened, close }: { has: Subscription; opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const changed = useChanged();
  const ending = useMutation({
    mutationFn: cancelSubscription,
    onSuccess: (now) => {
      changed(now);
      close();
      toast({ text: t('plan.ending.done', { date: date(new Date(now.cancel_at ?? now.period.end)) }) });
    },
  });
  return (
    <Confirm opened={opened} title={t('plan.ending.title')} verb={t('plan.ending.verb')} busy={ending.isPending} error={ending.error} onConfirm={() => ending.mutate()} onCancel={close}>
      {t('plan.ending.text', { name: has.plan.name, date: date(new Date(has.renews_at ?? has.period.end)) })}
    </Confirm>
  );
}
