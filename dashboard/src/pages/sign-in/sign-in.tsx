import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { signIn } from '../../api/account';
import { asProblem } from '../../api/problem';
import { methodsQuery } from '../../api/security';
import { FormFailure } from '../../parts/states';
import { Gate } from './gate';
import css from './gate.module.css';
import { refusalOf } from './refusal';
import { SecondStep } from './second-step';
import { challengeOf } from './challenge';
import { SingleSignOn } from './single-sign-on';
import { useEnter } from './use-enter';

export function SignIn() {
  // Somebody who comes from their identity provider may have the second step before them.
  const [challenge, setChallenge] = useState(challengeOf);
  if (challenge) return <SecondStep challenge={challenge} startOver={() => setChallenge(undefined)} />;
  return <FirstStep proceed={setChallenge} />;
}

function FirstStep({ proceed }: { proceed: (challenge: string) => void }) {
  const { t } = useTranslation();
  const { next, sso: refused, done } = useSearch({ from: '/sign-in' });
  const enter = useEnter(next);
  const { register, handleSubmit } = useForm({ defaultValues: { email: '', password: '' } });
  const oidc = useQuery(methodsQuery).data?.oidc;
  const entering = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: enter,
    onError: (error) => {
      const { code, challenge } = asProblem(error);
      if (code === 'second_factor_required' && challenge) proceed(challenge);
    },
  });

  return (
    <Gate title={t('signIn.title')} note={t('signIn.note')}>
      {done && (
        <p className={css.done} role="status">
          {t(`signIn.done.${done}`)}
        </p>
      )}
      {refused && (
        <p className={css.refused} role="alert">
          {t(`signIn.refused.${refusalOf(refused)}`)}
        </p>
      )}
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
      {oidc && <SingleSignOn name={oidc.name} />}
      <p className={css.other}>
        <Link to="/forgot">{t('signIn.forgot')}</Link>
        <br />
        {t('signIn.new')} <Link to="/register">{t('register.action')}</Link>
      </p>
    </Gate>
  );
}
