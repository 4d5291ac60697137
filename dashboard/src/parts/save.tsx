import { Button } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Confirm } from './confirm';

/** The primary action of a page that is one form. */
export function SaveButton({ form, busy }: { form: string; busy: boolean }) {
  const { t } = useTranslation();
  return (
    <Button type="submit" form={form} loading={busy}>
      {t('save.action')}
    </Button>
  );
}

/** What the line under the title says of the form. */
export function useSaveState(form: { dirty: boolean; saved: boolean }): string {
  const { t } = useTranslation();
  if (form.dirty) return t('save.dirty');
  return form.saved ? t('save.saved') : t('save.clean');
}

/** Asks before leaving a form with changes that were not saved. */
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  return (
    <Confirm
      opened={blocker.status === 'blocked'}
      title={t('save.leaveTitle')}
      verb={t('save.leave')}
      busy={false}
      onConfirm={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      {t('save.leaveText')}
    </Confirm>
  );
}
