import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Webhook } from '../../api/types';
import { changeWebhook, deleteWebhook, testWebhook, webhooksQuery } from '../../api/webhooks';
import { toast } from '../../app/toasts';
import { took } from '../../i18n/format';
import { Badge } from '../../parts/badge';
import { Confirm } from '../../parts/confirm';
import { MoreIcon } from '../../parts/icons';
import { FormFailure } from '../../parts/states';
import { events } from './events';
import { useFailureText } from './failure-text';
import { WebhookForm } from './webhook-form';
import css from './webhooks.module.css';

export function WebhookRow({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const why = useFailureText();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const { id, url, note, enabled, failures, last_failure: last, disabled_reason: ended } = webhook;
  const changed = () => client.invalidateQueries(webhooksQuery);
  const testing = useMutation({ mutationFn: () => testWebhook(id), onSettled: changed });
  const switching = useMutation({ mutationFn: () => changeWebhook(id, { enabled: !enabled }), onSuccess: changed });
  const removing = useMutation({
    mutationFn: () => deleteWebhook(id),
    onSuccess: async () => {
      toast({ text: t('webhooks.delete.done') });
      await changed();
    },
  });
  if (editing) {
    return (
      <li className={css.row}>
        <WebhookForm webhook={webhook} close={() => setEditing(false)} />
      </li>
    );
  }
  const state = !enabled ? 'off' : failures > 0 ? 'failing' : 'on';
  const all = events.every((event) => webhook.events.includes(event));
  const came = testing.data;
  return (
    <li className={css.row}>
      <div className={css.head}>
        <div className={css.what}>
          <span className={css.url}>
            <bdi>{url}</bdi>
          </span>
          {note && <span className={css.dim}>{note}</span>}
          <span className={css.dim}>{all ? t('webhooks.everything') : webhook.events.join(', ')}</span>
        </div>
        <Badge tone={{ on: 'success', off: 'neutral', failing: 'danger' }[state] as 'success' | 'neutral' | 'danger'}>{t(`webhooks.state.${state}`)}</Badge>
        <div className={css.tools}>
          <Button variant="default" size="xs" loading={testing.isPending} onClick={() => testing.mutate()}>
            {t('webhooks.test')}
          </Button>
          <Menu>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('webhooks.actions', { url })}>
                <MoreIcon size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setEditing(true)}>{t('webhooks.edit')}</Menu.Item>
              <Menu.Item onClick={() => switching.mutate()}>{t(enabled ? 'webhooks.disable' : 'webhooks.enable')}</Menu.Item>
              <Menu.Divider />
              <Menu.Item color="danger" onClick={() => setAsking(true)}>
                {t('webhooks.delete.open')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
      {ended && <p className={css.failed}>{ended}</p>}
      {!ended && failures > 0 && (
        <p className={css.failed}>
          {failures === 1 ? t('webhooks.failingOnce', { why: why(last) }) : t('webhooks.failing', { count: failures, why: why(last) })}
        </p>
      )}
      <div role="status">
        {came?.delivered && <p className={css.arrived}>{t('webhooks.arrived', { status: came.status, time: took(came.took_ms) })}</p>}
        {came && !came.delivered && <p className={css.failed}>{t('webhooks.failed', { why: why(came.failure ?? '') })}</p>}
      </div>
      <FormFailure error={testing.error ?? switching.error} />
      <Confirm
        opened={asking}
        title={t('webhooks.delete.title')}
        verb={t('webhooks.delete.verb')}
        busy={removing.isPending}
        error={removing.error}
        onConfirm={() => removing.mutate()}
        onCancel={() => setAsking(false)}
      >
        {t('webhooks.delete.text', { url })}
      </Confirm>
    </li>
  );
}
