import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../parts/dialog';
import css from './menus.module.css';

/** Asks where to the whole conversation is mailed. */
export function TranscriptDialog({ opened, close, email = '', send }: { opened: boolean; close: () => void; email?: string; send: (email: string) => void }) {
  const { t } = useTranslation();
  const [to, setTo] = useState(email);
  useEffect(() => setTo(email), [email, opened]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(to.trim());
    close();
  };
  return (
    <Dialog opened={opened} close={close} title={t('inbox.transcript.title')} size="sm">
      <form className={css.form} onSubmit={submit}>
        <TextInput
          type="email"
          required
          label={t('inbox.transcript.email')}
          value={to}
          onChange={({ currentTarget }) => setTo(currentTarget.value)}
          data-autofocus
        />
        <div className={css.buttons}>
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button type="submit">{t('inbox.transcript.verb')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
