import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { asProblem } from '../../api/problem';
import { changeEmail, sendConfirmation } from '../../api/security';
import type { Me } from '../../api/types';
import { toast } from '../../app/toasts';
import { Badge } from '../../parts/badge';
import { FormEnd } from '../../parts/form-end';
import { OwnPassword } from '../../parts/new-password';
import { Card } from '../../parts/page';
import { FormFailure } from '../../parts/states';
import css from './profile.module.css';

/** The address with which one signs in; a new one counts once the mail to it was answered. */
export function EmailCard({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { email, email_confirmed: confirmed } = me.user;
  const [changing, setChanging] = useState(false);
  const [awaited, setAwaited] = useState('');
  const again = useMutation({
    mutationFn: sendConfirmation,
    onSuccess: () => toast({ text: t('confirm.sent', { email }) }),
  });

  return (
    <Card title={t('profile.mail.title')} note={t('profile.emailHint')}>
      <p className={css.address}>
        <strong>{email}</strong>
        <Badge tone={confirmed ? 'success' : 'warning'}>{t(confirmed ? 'profile.mail.confirmed' : 'profile.mail.unconfirmed')}</Badge>
      </p>
      {awaited && (
        <p className={css.notice} role="status">
          {t('profile.mail.sent', { email: awaited })}
        </p>
      )}
      <FormFailure error={again.error} />
      {changing ? (
        <ChangeEmail
          close={() => setChanging(false)}
          done={(to) => {
            setAwaited(to);
            setChanging(false);
          }}
        />
      ) : (
        <div className={css.actions}>
          <Button variant="default" onClick={() => setChanging(true)}>
            {t('profile.mail.change')}
          </Button>
          {!confirmed && (
            <Button variant="subtle" loading={again.isPending} onClick={() => again.mutate()}>
              {t('confirm.again')}
            </Button>
          )}
        </div>
      )}
    </Card>
  );
}

/** Which field the server's refusal is about. */
const fields: Record<string, 'email' | 'password'> = {
  email_invalid: 'email',
  email_unchanged: 'email',
  password_wrong: 'password',
};

function ChangeEmail({ close, done }: { close: () => void; done: (email: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm({ defaultValues: { email: '', password: '' } });
  const changing = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => changeEmail(password, email.trim()),
    onSuccess: async (_, { email }) => {
      done(email.trim());
      await client.invalidateQueries(meQuery);
    },
  });
  const problem = changing.error ? asProblem(changing.error) : undefined;
  const field = problem && fields[problem.code];
  const errorOf = (name: 'email' | 'password') => (field === name ? problem?.message : undefined);
  return (
    <form className={css.form} onSubmit={handleSubmit((values) => changing.mutate(values))}>
      <p className={css.note}>{t('profile.mail.note')}</p>
      <TextInput
        label={t('profile.mail.new')}
        type="email"
        autoComplete="email"
        required
        withAsterisk={false}
        autoFocus
        error={errorOf('email')}
        {...register('email')}
      />
      <OwnPassword label={t('security.password.current')} error={errorOf('password')} {...register('password')} />
      <FormEnd error={field ? null : changing.error} busy={changing.isPending} verb={t('profile.mail.verb')} close={close} />
    </form>
  );
}
