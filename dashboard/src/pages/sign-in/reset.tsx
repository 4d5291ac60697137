import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { resetPassword } from '../../api/security';
import '../../i18n/security';
import { NewPassword, passwordCodes } from '../../parts/new-password';
import { FormFailure } from '../../parts/states';
import { Gate } from './gate';
import css from './gate.module.css';
import { useToken } from './use-token';

/** Where the mail leads by which a new password is chosen. */
export default function Reset() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const token = useToken();
  const { register, handleSubmit } = useForm({ defaultValues: { password: '' } });
  const resetting = useMutation({
    mutationFn: ({ password }: { password: string }) => resetPassword(token, password),
    onSuccess: async () => {
      client.clear();
      await navigate({ to: '/sign-in', search: { done: 'reset' } });
    },
  });
  const problem = resetting.error ? asProblem(resetting.error) : undefined;
  const atPassword = problem && passwordCodes.includes(problem.code) ? problem.message : undefined;

  if (token === '' || problem?.code === 'link_invalid') {
    return (
      <Gate title={t('reset.invalid')} note={t('reset.invalidText')}>
        <Button size="md" renderRoot={(props) => <Link to="/forgot" {...props} />}>
          {t('forgot.again')}
        </Button>
      </Gate>
    );
  }
  return (
    <Gate title={t('reset.title')} note={t('reset.note')}>
      <form className={css.form} onSubmit={handleSubmit((values) => resetting.mutate(values))}>
        <NewPassword label={t('reset.password')} autoFocus error={atPassword} {...register('password')} />
        {!atPassword && <FormFailure error={resetting.error} />}
        <Button type="submit" size="md" loading={resetting.isPending}>
          {t('reset.action')}
        </Button>
      </form>
    </Gate>
  );
}
