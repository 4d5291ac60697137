import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { signIn } from '../../api/account';
import { FormFailure } from '../../parts/states';
import { Gate } from './gate';
import css from './gate.module.css';

export function SignIn() {
  const { t } = useTranslation();
  const { next } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm({ defaultValues: { email: '', password: '' } });
  const entering = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: async () => {
      client.clear();
      await navigate({ href: next ?? '/' });
    },
  });

  return (
    <Gate title={t('signIn.title')} note={t('signIn.note')}>
      <form className={css.form} onSubmit={handleSubmit((values) => entering.mutate(values))}>
        <TextInput label={t('signIn.email')} type="email" autoComplete="username" required withAsterisk={false} autoFocus {...register('email')} />
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...register('password')}
        />
        <FormFailure error={entering.error} />
        <Button type="submit" size="md" loading={entering.isPending}>
          {t('signIn.action')}
        </Button>
      </form>
      <p className={css.other}>
        {t('signIn.new')} <Link to="/register">{t('register.action')}</Link>
      </p>
    </Gate>
  );
}
