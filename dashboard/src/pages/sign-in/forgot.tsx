import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { askForReset } from '../../api/security';
import '../../i18n/security';
import { FormFailure } from '../../parts/states';
import { Gate } from './gate';
import css from './gate.module.css';

/** Where one asks for a mail by which a new password is chosen. */
export default function Forgot() {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm({ defaultValues: { email: '' } });
  const asking = useMutation({ mutationFn: ({ email }: { email: string }) => askForReset(email.trim()) });
  const back = (
    <p className={css.other}>
      <Link to="/sign-in">{t('forgot.back')}</Link>
    </p>
  );

  if (asking.isSuccess) {
    return (
      <Gate title={t('forgot.sent')} note={t('forgot.sentNote', { email: asking.variables.email.trim() })}>
        <p className={css.other}>{t('forgot.sentHelp')}</p>
        <Button variant="default" size="md" onClick={() => asking.reset()}>
          {t('forgot.again')}
        </Button>
        {back}
      </Gate>
    );
  }
  return (
    <Gate title={t('forgot.title')} note={t('forgot.note')}>
      <form className={css.form} onSubmit={handleSubmit((values) => asking.mutate(values))}>
        <TextInput label={t('signIn.email')} type="email" autoComplete="username" required withAsterisk={false} autoFocus {...register('email')} />
        <FormFailure error={asking.error} />
        <Button type="submit" size="md" loading={asking.isPending}>
          {t('forgot.action')}
        </Button>
      </form>
      {back}
    </Gate>
  );
}
