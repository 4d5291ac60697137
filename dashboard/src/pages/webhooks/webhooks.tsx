import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhook } from '../../api/types';
import { webhooksQuery } from '../../api/webhooks';
import '../../i18n/business';
import { moment } from '../../i18n/format';
import { HookIcon, PlusIcon } from '../../parts/icons';
import list from '../../parts/list.module.css';
import { Card, Page } from '../../parts/page';
import { ShownOnce } from '../../parts/shown-once';
import { Empty, Failure, Loading } from '../../parts/states';
import { WebhookForm } from './webhook-form';
import { WebhookRow } from './webhook-row';

/** The servers of the business that are told what happens. */
export default function Webhooks() {
  const { t } = useTranslation();
  const webhooks = useQuery(webhooksQuery);
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<CreatedWebhook>();
  const all = webhooks.data ?? [];
  const add = (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => setAdding(true)}>
      {t('webhooks.new')}
    </Button>
  );

  return (
    <Page
      title={t('webhooks.title')}
      state={all.length > 0 ? `${t('webhooks.count', { count: all.length })}. ${t('webhooks.hint')}` : undefined}
      action={!adding && !shown && all.length > 0 && add}
    >
      {adding && (
        <Card title={t('webhooks.new')}>
          <WebhookForm
            close={() => setAdding(false)}
            made={(made) => {
              setAdding(false);
              setShown(made);
            }}
          />
        </Card>
      )}
      {shown && (
        <ShownOnce
          title={t('webhooks.made')}
          note={shown.old_secret_until ? t('webhooks.rotatedNote', { time: moment(new Date(shown.old_secret_until)) }) : t('webhooks.madeNote')}
          label={t('webhooks.secret')}
          text={shown.secret}
          verb={t('webhooks.kept')}
          close={() => setShown(undefined)}
        />
      )}
      {webhooks.isPending ? (
        <Loading />
      ) : webhooks.isError ? (
        <Failure error={webhooks.error} retry={() => void webhooks.refetch()} />
      ) : all.length === 0 ? (
        !adding &&
        !shown && (
          <Empty icon={<HookIcon />} title={t('webhooks.empty')} action={add}>
            {t('webhooks.emptyText')}
          </Empty>
        )
      ) : (
        <ul className={list.list}>
          {all.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} rotated={setShown} />
          ))}
        </ul>
      )}
    </Page>
  );
}
