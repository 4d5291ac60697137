import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhook, Webhook } from '../../api/types';
import { changeWebhook, deleteWebhook, endOldWebhookSecret, testWebhook, webhooksQuery } from '../../api/webhooks';
import { toast } from '../../app/toasts';
import { moment, took } from '../../i18n/format';
import { Badge } from '../../parts/badge';
import { Confirm } from '../../parts/confirm';
import { MoreIcon } from '../../parts/icons';
import { FormFailure } from '../../parts/states';
import { events } from './events';
import { useFailureText } from './failure-text';
import { RotateSecret } from './rotate-secret';
import { WebhookForm } from './webhook-form';
import css from './webhooks.module.css';

interface Props {
  webhook: Webhook;
  /** With a secret that is told this once. */
  rotated: (made: CreatedWebhook) => void;
}

export function WebhookRow({ webhook, rotated }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const why = useFailureText();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const [rotating, setRotating] = useState(false);
  const { id, url, note, enabled, failures, last_failure: last, disabled_reason: ended, old_secret_until: until } = webhook;
  const changed = () => client.invalidateQueries(webhooksQuery);
  const testing = useMutation({ mutationFn: () => testWebhook(id), onSettled: changed });
  const switching = useMutation({ mutationFn: () => changeWebhook(id, { enabled: !enabled }), onSuccess: changed });
  const ending = useMutation({ mutationFn: () => endOldWebhookSecret(id), onSuccess: changed });
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
              <Menu.Item onClick={() => setRotating(true)}>{t('webhooks.rotate.open')}</Menu.Item>
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
      {until && (
        <div className={css.old}>
          <span className={css.dim}>{t('webhooks.old', { time: moment(new Date(until)) })}</span>
          <Button variant="default" size="xs" loading={ending.isPending} onClick={() => ending.mutate()}>
            {t('webhooks.endOld')}
          </Button>
        </div>
      )}
      <div role="status">
        {came?.delivered && <p className={css.arrived}>{t('webhooks.arrived', { status: came.status, time: took(came.took_ms) })}</p>}
        {came && !came.delivered && <p className={css.failed}>{t('webhooks.failed', { why: why(came.failure ?? '') })}</p>}
      </div>
      <FormFailure error={testing.error ?? switching.error ?? ending.error} />
      {rotating && (
        <RotateSecret
          of={webhook}
          close={() => setRotating(false)}
          done={(made) => {
            setRotating(false);
            rotated(made);
          }}
        />
      )}
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
