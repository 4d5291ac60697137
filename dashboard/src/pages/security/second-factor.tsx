import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { newRecoveryCodes, secondFactorQuery } from '../../api/security';
import { Badge } from '../../parts/badge';
import { CodeField } from '../../parts/code-field';
import { ConfirmForm } from '../../parts/confirm-form';
import { Card } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import { EndSecondFactor } from './end-second-factor';
import { Enrol } from './enrol';
import { RecoveryCodes } from './recovery-codes';
import css from './security.module.css';

/** The app on a phone that a sign-in asks for besides the password. */
export function SecondFactorCard() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const factor = useQuery(secondFactorQuery);
  const [doing, setDoing] = useState<'enrol' | 'renew' | 'end'>();
  const [codes, setCodes] = useState<string[]>();
  const changed = () => Promise.all([client.invalidateQueries(secondFactorQuery), client.invalidateQueries(meQuery)]);
  const stop = () => setDoing(undefined);
  const show = async (shown: string[]) => {
    setCodes(shown);
    stop();
    await changed();
  };

  if (codes) {
    return (
      <Card title={t('security.factor.codes')} note={t('security.factor.codesNote')}>
        <RecoveryCodes codes={codes} close={() => setCodes(undefined)} />
      </Card>
    );
  }
  if (!factor.data) {
    return (
      <Card title={t('security.factor.title')}>
        {factor.isError ? <Failure error={factor.error} retry={() => void factor.refetch()} /> : <Loading lines={1} />}
      </Card>
    );
  }
  const { enabled, recovery_codes_left: left } = factor.data;
  return (
    <Card title={t('security.factor.title')} note={t('security.factor.note')}>
      {doing === 'enrol' ? (
        <Enrol done={show} close={stop} />
      ) : (
        <>
          <p className={css.state}>
            <Badge tone={enabled ? 'success' : 'neutral'}>{t(enabled ? 'security.factor.on' : 'security.factor.off')}</Badge>
            {enabled && <span className={left === 0 ? css.warning : css.dim}>{t('security.factor.left', { count: left })}</span>}
          </p>
          <div className={css.actions}>
            {enabled ? (
              <>
                <Button variant="default" onClick={() => setDoing('renew')}>
                  {t('security.factor.renew')}
                </Button>
                <Button variant="light" color="danger" onClick={() => setDoing('end')}>
                  {t('security.factor.end')}
                </Button>
              </>
            ) : (
              <Button onClick={() => setDoing('enrol')}>{t('security.factor.begin')}</Button>
            )}
          </div>
        </>
      )}
      {doing === 'renew' && <Renew done={show} close={stop} />}
      {doing === 'end' && <EndSecondFactor done={() => changed().then(stop)} close={stop} />}
    </Card>
  );
}

function Renew({ done, close }: { done: (codes: string[]) => Promise<void>; close: () => void }) {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm({ defaultValues: { code: '' } });
  const renewing = useMutation({ mutationFn: ({ code }: { code: string }) => newRecoveryCodes(code.replaceAll(' ', '')), onSuccess: done });
  return (
    <ConfirmForm
      title={t('security.factor.renew')}
      text={t('security.factor.renewNote')}
      verb={t('security.factor.renewVerb')}
      danger={false}
      busy={renewing.isPending}
      error={renewing.error}
      onSubmit={handleSubmit((values) => renewing.mutate(values))}
      close={close}
    >
      <CodeField label={t('security.factor.code')} data-autofocus {...register('code')} />
    </ConfirmForm>
  );
}
