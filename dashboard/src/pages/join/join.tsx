import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { join, readInvitation } from '../../api/account';
import { asProblem } from '../../api/problem';
import { methodsQuery } from '../../api/security';
import type { Welcome } from '../../api/types';
import '../../i18n/people';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { Gate } from '../sign-in/gate';
import css from '../sign-in/gate.module.css';
import { SecondStep } from '../sign-in/second-step';
import { SingleSignOn } from '../sign-in/single-sign-on';
import { useEnter } from '../sign-in/use-enter';
import { useToken } from '../sign-in/use-token';

/** Where the link of an invitation leads: its token is behind the #, which no server is sent. */
export default function Join() {
  const token = useToken();
  return token === '' ? <DeadEnd reason="incomplete" /> : <Invited token={token} />;
}

function Invited({ token }: { token: string }) {
  const { t } = useTranslation();
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => readInvitation(token),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (invitation.isPending) {
    return (
      <Gate title={t('join.reading')} note={t('join.readingNote')}>
        <Loading lines={2} />
      </Gate>
    );
  }
  if (invitation.isError) {
    if (asProblem(invitation.error).code === 'invitation_invalid') return <DeadEnd reason="invalid" />;
    return (
      <Gate title={t('join.reading')} note="">
        <Failure error={invitation.error} retry={() => void invitation.refetch()} />
      </Gate>
    );
  }
  return <Accept token={token} invitation={invitation.data} />;
}

/** Which field the server's refusal is about. */
const fields: Record<string, 'name' | 'password'> = {
  name_invalid: 'name',
  credentials_wrong: 'password',
  password_too_short: 'password',
  password_too_long: 'password',
  password_too_simple: 'password',
};

function Accept({ token, invitation: { company, email, role, account } }: { token: string; invitation: Welcome }) {
  const { t } = useTranslation();
  // Whoever answers visitors begins where they are.
  const next = role === 'agent' ? '/conversations' : '/';
  const enter = useEnter(next);
  const [challenge, setChallenge] = useState<string>();
  const oidc = useQuery(methodsQuery).data?.oidc;
  const { register, handleSubmit } = useForm({ defaultValues: { name: '', password: '' } });
  const joining = useMutation({
    mutationFn: ({ name, password }: { name: string; password: string }) => join(token, name, password),
    onSuccess: enter,
    onError: (error) => setChallenge(asProblem(error).challenge),
  });
  const problem = joining.error ? asProblem(joining.error) : undefined;
  const field = problem && fields[problem.code];

  // Used up, or withdrawn, while this page was open.
  if (problem?.code === 'invitation_invalid') return <DeadEnd reason="invalid" />;
  if (challenge) return <SecondStep challenge={challenge} next={next} startOver={() => setChallenge(undefined)} />;
  return (
    <Gate title={t('join.title', { company })} note={t(`join.role.${role}`)}>
      <form className={css.form} onSubmit={handleSubmit((values) => joining.mutate(values))}>
        {/* Said, not asked: the invitation is for this address. Password managers want a field. */}
        <TextInput label={t('signIn.email')} type="email" autoComplete="username" value={email} readOnly />
        {!account && (
          <TextInput
            label={t('join.name')}
            description={t('join.nameHint')}
            autoComplete="name"
            required
            withAsterisk={false}
            autoFocus
            error={field === 'name' ? problem?.message : undefined}
            {...register('name')}
          />
        )}
        <PasswordInput
          label={t('signIn.password')}
          description={account ? t('join.account') : t('register.passwordHint')}
          autoComplete={account ? 'current-password' : 'new-password'}
          minLength={account ? undefined : 10}
          required
          withAsterisk={false}
          autoFocus={account}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          error={field === 'password' ? problem?.message : undefined}
          aria-invalid={field === 'password'}
          {...register('password')}
        />
        {!field && <FormFailure error={joining.error} />}
        <Button type="submit" size="md" loading={joining.isPending}>
          {t('join.verb')}
        </Button>
      </form>
      {oidc && <SingleSignOn name={oidc.name} invitation={token} />}
    </Gate>
  );
}

function DeadEnd({ reason }: { reason: 'invalid' | 'incomplete' }) {
  const { t } = useTranslation();
  return (
    <Gate title={t(`join.${reason}`)} note={t(`join.${reason}Text`)}>
      <p className={css.other}>
        {t('join.joined')} <Link to="/sign-in">{t('signIn.action')}</Link>
      </p>
    </Gate>
  );
}
