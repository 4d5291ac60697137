import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './form-end.module.css';
import { FormFailure } from './states';

interface Props {
  /** Why it was not sent, if it was not. */
  error: Error | null;
  busy: boolean;
  verb: string;
  close: () => void;
}

/** The end of a form in a dialog: what went wrong, to send it, or to leave it. */
export function FormEnd({ error, busy, verb, close }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <FormFailure error={error} />
      <div className={css.actions}>
        <Button type="submit" loading={busy}>
          {verb}
        </Button>
        <Button variant="default" onClick={close}>
          {t('cancel')}
        </Button>
      </div>
    </>
  );
}
