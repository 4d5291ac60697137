import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { changePassword, sessionsQuery } from '../../api/security';
import { toast } from '../../app/toasts';
import { NewPassword, OwnPassword, passwordCodes } from '../../parts/new-password';
import { Card } from '../../parts/page';
import { FormFailure } from '../../parts/states';
import css from './security.module.css';

interface Form {
  current: string;
  next: string;
}

export function PasswordCard() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit, reset } = useForm<Form>({ defaultValues: { current: '', next: '' } });
  const changing = useMutation({
    mutationFn: ({ current, next }: Form) => changePassword(current, next),
    onSuccess: async () => {
      reset();
      toast({ text: t('security.changed') });
      await client.invalidateQueries(sessionsQuery);
    },
  });
  const problem = changing.error ? asProblem(changing.error) : undefined;
  const atNext = problem && passwordCodes.includes(problem.code) ? problem.message : undefined;
  const atCurrent = problem?.code === 'password_wrong' ? problem.message : undefined;
  return (
    <Card title={t('security.password.title')} note={t('security.password.note')}>
      <form className={css.form} onSubmit={handleSubmit((values) => changing.mutate(values))}>
        <OwnPassword label={t('security.password.current')} error={atCurrent} {...register('current')} />
        <NewPassword label={t('security.password.new')} error={atNext} {...register('next')} />
        {!atNext && !atCurrent && <FormFailure error={changing.error} />}
        <div className={css.actions}>
          <Button type="submit" variant="default" loading={changing.isPending}>
            {t('security.password.verb')}
          </Button>
        </div>
        <p className={css.dim}>
          {t('security.password.unknown')} <Link to="/forgot">{t('security.password.reset')}</Link>
        </p>
      </form>
    </Card>
  );
}
