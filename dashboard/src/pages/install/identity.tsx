import { Button, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addSecret, deleteSecret, identityQuery, requireIdentity } from '../../api/identity';
import type { VisitorIdentity } from '../../api/types';
import { Confirm } from '../../parts/confirm';
import { CopyBlock } from '../../parts/copy';
import { Card } from '../../parts/page';
import { ShownOnce } from '../../parts/shown-once';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import css from './install.module.css';

/** So many a bot can have: one in use, and one to change over to. */
const most = 2;

/** The business's own server says who its visitors are. */
export function Identity({ bot }: { bot: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const identity = useQuery(identityQuery(bot));
  const [shown, setShown] = useState('');
  const making = useMutation({
    mutationFn: () => addSecret(bot),
    onSuccess: async ({ secret }) => {
      setShown(secret);
      await client.invalidateQueries(identityQuery(bot));
    },
  });
  if (shown) {
    return (
      <ShownOnce
        title={t('identity.shown')}
        note={t('identity.shownNote')}
        label={t('identity.shownLabel')}
        text={shown}
        verb={t('identity.kept')}
        close={() => setShown('')}
      />
    );
  }
  const secrets = identity.data?.secrets ?? [];
  return (
    <Card title={t('identity.title')} note={t('identity.note')}>
      {identity.isPending ? (
        <Loading lines={2} />
      ) : identity.isError ? (
        <Failure error={identity.error} retry={() => void identity.refetch()} />
      ) : (
        <>
          <Required bot={bot} identity={identity.data} />
          {secrets.length === 0 ? <p className={css.state}>{t('identity.none')}</p> : <Secrets bot={bot} identity={identity.data} />}
          <FormFailure error={making.error} />
          <div className={css.save}>
            <Button variant="default" disabled={secrets.length >= most} loading={making.isPending} onClick={() => making.mutate()}>
              {t('identity.new')}
            </Button>
            {secrets.length >= most && <span className={css.state}>{t('identity.full')}</span>}
          </div>
          {secrets.length > 0 && (
            <details className={css.how}>
              <summary>{t('identity.how')}</summary>
              <p className={css.state}>{t('identity.onServer')}</p>
              <CopyBlock label={t('identity.onServer')} text={server} quiet />
              <p className={css.state}>{t('identity.inPage')}</p>
              <CopyBlock label={t('identity.inPage')} text={page} quiet />
            </details>
          )}
        </>
      )}
    </Card>
  );
}

/** For Node; docs/widget.md has other languages. */
const server = `import { createHmac } from 'node:crypto'

const expires = Math.floor(Date.now() / 1000) + 3600
const signature = createHmac('sha256', secret)
  .update([id, name, email, expires].join('\\n')).digest('hex')`;

/** What the line to paste gets besides. */
const page = `data-identity='{"id":"4711","name":"Mia","email":"mia@shop.example","expires":1793880000,"signature":"…"}'`;

function Required({ bot, identity: { required, secrets } }: { bot: string; identity: VisitorIdentity }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const changing = useMutation({
    mutationFn: (wanted: boolean) => requireIdentity(bot, wanted),
    onSuccess: () => client.invalidateQueries(identityQuery(bot)),
  });
  const impossible = !required && secrets.length === 0;
  return (
    <>
      <Switch
        label={t('identity.required')}
        description={t(impossible ? 'identity.requiredFirst' : 'identity.requiredHint')}
        checked={changing.isPending ? changing.variables : required}
        disabled={impossible}
        onChange={({ currentTarget }) => changing.mutate(currentTarget.checked)}
      />
      <FormFailure error={changing.error} />
    </>
  );
}

function Secrets({ bot, identity: { secrets } }: { bot: string; identity: VisitorIdentity }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState<VisitorIdentity['secrets'][number]>();
  const [asking, setAsking] = useState(false);
  const removing = useMutation({
    mutationFn: (secret: string) => deleteSecret(bot, secret),
    onSuccess: async () => {
      setAsking(false);
      await client.invalidateQueries(identityQuery(bot));
    },
  });
  const last4 = asked?.last4 ?? '';
  return (
    <>
      <ul className={css.secrets} aria-label={t('identity.secrets')}>
        {secrets.map((secret) => (
          <li key={secret.id}>
            <span className={css.secret}>
              {t('identity.secret', { last4: secret.last4 })}
              <span className={css.state}>
                {' '}
                · {t('identity.made')} <Ago at={secret.created_at} />
              </span>
            </span>
            <Button
              variant="default"
              size="xs"
              aria-label={t('identity.deleteOf', { last4: secret.last4 })}
              onClick={() => {
                setAsked(secret);
                setAsking(true);
              }}
            >
              {t('identity.delete')}
            </Button>
          </li>
        ))}
      </ul>
      <Confirm
        opened={asking}
        title={t('identity.deleteTitle', { last4 })}
        verb={t('identity.deleteVerb')}
        busy={removing.isPending}
        error={removing.error}
        onConfirm={() => asked && removing.mutate(asked.id)}
        onCancel={() => setAsking(false)}
      >
        {t('identity.deleteText')}
      </Confirm>
    </>
  );
}
