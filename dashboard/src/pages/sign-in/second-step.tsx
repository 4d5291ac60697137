import { Button, TextInput, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { answerChallenge } from '../../api/security';
import { CodeField } from '../../parts/code-field';
import { FormFailure } from '../../parts/states';
import { Gate } from './gate';
import css from './gate.module.css';
import { useEnter } from './use-enter';

/** After these nothing more can be tried: one begins again. */
const over = ['challenge_invalid'];

interface Props {
  challenge: string;
  startOver: () => void;
  /** Where one goes then, if not where the address says. */
  next?: string;
}

/** The code of an authenticator app, or one of those that were kept for its loss. */
export function SecondStep({ challenge, startOver, next: fixed }: Props) {
  const { t } = useTranslation();
  const { next } = useSearch({ strict: false });
  const enter = useEnter(fixed ?? next);
  const [recovering, setRecovering] = useState(false);
  const { register, handleSubmit, reset } = useForm({ defaultValues: { code: '' } });
  // Out of sight, and out of what the browser remembers.
  useEffect(() => window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search), []);
  const answering = useMutation({
    mutationFn: ({ code }: { code: string }) => answerChallenge(challenge, code.trim()),
    onSuccess: enter,
    onError: () => reset(),
  });
  const problem = answering.error ? asProblem(answering.error) : undefined;
  const ended = problem !== undefined && over.includes(problem.code);
  const field = { ...register('code'), error: problem?.code === 'second_factor_wrong' ? problem.message : undefined };

  return (
    <Gate title={t('secondStep.title')} note={t(recovering ? 'secondStep.recoveryNote' : 'secondStep.note')}>
      <form className={css.form} onSubmit={handleSubmit((values) => answering.mutate(values))}>
        {recovering ? (
          <TextInput key="recovery" label={t('secondStep.recovery')} autoComplete="off" spellCheck={false} autoCapitalize="off" required withAsterisk={false} autoFocus {...field} />
        ) : (
          <CodeField key="code" label={t('secondStep.code')} autoFocus {...field} />
        )}
        {!field.error && <FormFailure error={answering.error} />}
        {ended ? (
          <Button size="md" onClick={startOver}>
            {t('secondStep.again')}
          </Button>
        ) : (
          <Button type="submit" size="md" loading={answering.isPending}>
            {t('secondStep.verb')}
          </Button>
        )}
      </form>
      <p className={css.other}>
        <UnstyledButton
          className={css.switch}
          onClick={() => {
            answering.reset();
            reset();
            setRecovering(!recovering);
          }}
        >
          {t(recovering ? 'secondStep.useCode' : 'secondStep.useRecovery')}
        </UnstyledButton>
        <br />
        <UnstyledButton className={css.switch} onClick={startOver}>
          {t('secondStep.other')}
        </UnstyledButton>
      </p>
    </Gate>
  );
}
