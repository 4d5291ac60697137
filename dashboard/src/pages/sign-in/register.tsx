import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { register as createAccount } from '../../api/account';
import { plansQuery } from '../../api/plans';
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
  const { plan } = useSearch({ strict: false });
  const { register, handleSubmit } = useForm<Registration>({
    defaultValues: { company: '', email: '', password: '' },
  });
  const creating = useMutation({
    mutationFn: (registration: Registration) => createAccount({ ...registration, plan }),
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
      {plan && <Chosen id={plan} />}
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

/** The plan that somebody chose on the page of plans: they try it at once. */
function Chosen({ id }: { id: string }) {
  const { t } = useTranslation();
  const plan = useQuery(plansQuery).data?.items.find((one) => one.id === id);
  if (!plan) return null;
  return (
    <p className={css.chosen}>
      {plan.trial_days > 0 ? t('register.trial', { name: plan.name, count: plan.trial_days }) : t('register.chosen', { name: plan.name })} <Link to="/plans">{t('register.otherPlan')}</Link>
    </p>
  );
}
