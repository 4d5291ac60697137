import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { linkSingleSignOn, singleSignOnQuery, unlinkSingleSignOn } from '../../api/security';
import { toast } from '../../app/toasts';
import { Badge } from '../../parts/badge';
import { Confirm } from '../../parts/confirm';
import { ConfirmForm } from '../../parts/confirm-form';
import { OwnPassword } from '../../parts/new-password';
import { Card } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import css from './security.module.css';

/** The account at the business's identity provider, with which one may sign in too. */
export function SingleSignOnCard({ name }: { name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { sso } = useSearch({ from: '/app/owner/profile/security' });
  const link = useQuery(singleSignOnQuery);
  const [asking, setAsking] = useState(false);
  const [linking, setLinking] = useState(false);
  const unlinking = useMutation({
    mutationFn: unlinkSingleSignOn,
    onSuccess: async () => {
      setAsking(false);
      toast({ text: t('security.oidc.undone', { name }) });
      await client.invalidateQueries(singleSignOnQuery);
    },
  });
  return (
    <Card title={t('security.oidc.title', { name })} note={t('security.oidc.note')}>
      {sso === 'linked' && link.data?.linked && (
        <p className={css.notice} role="status">
          {t('security.oidc.done', { name })}
        </p>
      )}
      {sso && sso !== 'linked' && (
        <p className={css.error} role="alert">
          {t(sso === 'oidc_taken' ? 'security.oidc.taken' : 'security.oidc.failed')}
        </p>
      )}
      {link.isError ? (
        <Failure error={link.error} retry={() => void link.refetch()} />
      ) : !link.data ? (
        <Loading lines={1} />
      ) : (
        <>
          <p className={css.state}>
            <Badge tone={link.data.linked ? 'success' : 'neutral'}>{t(link.data.linked ? 'security.oidc.linked' : 'security.oidc.notLinked')}</Badge>
          </p>
          <div className={css.actions}>
            {link.data.linked ? (
              <Button variant="light" color="danger" onClick={() => setAsking(true)}>
                {t('security.oidc.unlink')}
              </Button>
            ) : (
              <Button variant="default" onClick={() => setLinking(true)}>
                {t('security.oidc.link', { name })}
              </Button>
            )}
          </div>
        </>
      )}
      {linking && <Link name={name} close={() => setLinking(false)} />}
      <Confirm
        opened={asking}
        title={t('security.oidc.unlinkTitle', { name })}
        verb={t('security.oidc.unlink')}
        busy={unlinking.isPending}
        error={unlinking.error}
        onConfirm={() => unlinking.mutate()}
        onCancel={() => setAsking(false)}
      >
        {t('security.oidc.unlinkText')}
      </Confirm>
    </Card>
  );
}

/** The password first; then the browser goes to the identity provider, and comes back here. */
function Link({ name, close }: { name: string; close: () => void }) {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm({ defaultValues: { password: '' } });
  const linking = useMutation({
    mutationFn: ({ password }: { password: string }) => linkSingleSignOn(password),
    onSuccess: (url) => window.location.assign(url),
  });
  return (
    <ConfirmForm
      title={t('security.oidc.link', { name })}
      text={t('security.oidc.password')}
      verb={t('security.factor.go')}
      danger={false}
      busy={linking.isPending}
      error={linking.error}
      onSubmit={handleSubmit((values) => linking.mutate(values))}
      close={close}
    >
      <OwnPassword data-autofocus {...register('password')} />
    </ConfirmForm>
  );
}
