import { Button } from '@mantine/core';
import type { FormEventHandler, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import css from './confirm-form.module.css';
import { Dialog } from './dialog';
import { FormFailure } from './states';

interface Props {
  title: string;
  text: ReactNode;
  verb: string;
  busy: boolean;
  error: unknown;
  onSubmit: FormEventHandler;
  close: () => void;
  /** Whether something is lost by it. */
  danger?: boolean;
  /** The fields. */
  children?: ReactNode;
}

/** Asks for more than a yes: a password, a name, a code. */
export function ConfirmForm({ title, text, verb, busy, error, onSubmit, close, danger = true, children }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog opened close={close} title={title}>
      <form className={css.form} onSubmit={onSubmit}>
        <p className={css.text}>{text}</p>
        {children}
        <FormFailure error={error} />
        <div className={css.actions}>
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button type="submit" color={danger ? 'danger' : undefined} loading={busy}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
