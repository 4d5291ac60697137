import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { register as createAccount } from '../../api/account';
import { asProblem } from '../../api/problem';
import type { Registration } from '../../api/types';
import { FormFailure } from '../../parts/states';
import { Gate } from './gate';
import css from './gate.module.css';

/** Which field the server's refusal is about. */
const fields: Record<string, keyof Registration> = {
  email_invalid: 'email',
  email_taken: 'email',
  password_too_short: 'password',
  password_too_long: 'password',
  password_too_simple: 'password',
  company_invalid: 'company',
};

export function Register() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm<Registration>({
    defaultValues: { company: '', email: '', password: '' },
  });
  const creating = useMutation({
    mutationFn: createAccount,
    onSuccess: async () => {
      client.clear();
      await navigate({ to: '/' });
    },
  });
  const problem = creating.error ? asProblem(creating.error) : undefined;
  const field = problem && fields[problem.code];
  const errorOf = (name: keyof Registration) => (field === name ? problem?.message : undefined);

  return (
    <Gate title={t('register.title')} note={t('register.note')}>
      <form className={css.form} onSubmit={handleSubmit((values) => creating.mutate(values))}>
        <TextInput
          label={t('register.company')}
          autoComplete="organization"
          required
          withAsterisk={false}
          autoFocus
          error={errorOf('company')}
          {...register('company')}
        />
        <TextInput
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          error={errorOf('email')}
          {...register('email')}
        />
        <PasswordInput
          label={t('signIn.password')}
          description={t('register.passwordHint')}
          autoComplete="new-password"
          minLength={10}
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          error={errorOf('password')}
          aria-invalid={field === 'password'}
          {...register('password')}
        />
        {!field && <FormFailure error={creating.error} />}
        <Button type="submit" size="md" loading={creating.isPending}>
          {t('register.action')}
        </Button>
      </form>
      <p className={css.other}>
        {t('register.known')} <Link to="/sign-in">{t('signIn.action')}</Link>
      </p>
    </Gate>
  );
}
