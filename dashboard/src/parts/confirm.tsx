import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FormFailure } from './states';
import css from './confirm.module.css';
import { Dialog } from './dialog';

/** Asks before something is lost. Names the thing; the verb is on the button. */
export function Confirm({
  opened,
  title,
  verb,
  busy,
  error,
  onConfirm,
  onCancel,
  children,
  details,
}: {
  opened: boolean;
  title: string;
  verb: string;
  busy: boolean;
  error?: unknown;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
  /** What to look at before, below the text. */
  details?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} close={onCancel} title={title}>
      <p className={css.text}>{children}</p>
      {details}
      <FormFailure error={error} />
      <div className={css.actions}>
        <Button variant="default" onClick={onCancel} data-autofocus>
          {t('cancel')}
        </Button>
        <Button color="danger" loading={busy} onClick={onConfirm}>
          {verb}
        </Button>
      </div>
    </Dialog>
  );
}
