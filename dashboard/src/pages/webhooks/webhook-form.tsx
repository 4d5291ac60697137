import { Button, Checkbox, SegmentedControl, TextInput, Input } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import type { CreatedWebhook, Webhook } from '../../api/types';
import { changeWebhook, createWebhook, webhooksQuery } from '../../api/webhooks';
import { FormFailure } from '../../parts/states';
import { events, keyOf } from './events';
import css from './webhooks.module.css';

interface Form {
  url: string;
  note: string;
  told: 'all' | 'some';
  events: string[];
}

interface Props {
  /** The one that is changed; none: a new one. */
  webhook?: Webhook;
  close: () => void;
  /** With a new one and its secret. */
  made?: (webhook: CreatedWebhook) => void;
}

export function WebhookForm({ webhook, close, made }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const everything = !webhook || events.every((event) => webhook.events.includes(event));
  const { control, register, handleSubmit, watch } = useForm<Form>({
    defaultValues: {
      url: webhook?.url ?? '',
      note: webhook?.note ?? '',
      told: everything ? 'all' : 'some',
      events: webhook?.events ?? [],
    },
  });
  const saving = useMutation({
    mutationFn: async ({ url, note, told, events: chosen }: Form) => {
      const said = { url: url.trim(), note: note.trim(), events: told === 'all' ? [] : chosen };
      if (!webhook) return createWebhook(said);
      await changeWebhook(webhook.id, said);
      return undefined;
    },
    onSuccess: async (created) => {
      await client.invalidateQueries(webhooksQuery);
      if (created) made?.(created);
      else close();
    },
  });
  const problem = saving.error ? asProblem(saving.error) : undefined;
  const atUrl = problem && /url/.test(problem.code) ? problem.message : undefined;
  const some = watch('told') === 'some';

  return (
    <form className={css.form} onSubmit={handleSubmit((values) => saving.mutate(values))}>
      <TextInput
        label={t('webhooks.url')}
        description={t('webhooks.urlHint')}
        placeholder="https://shop.example/parley"
        type="url"
        autoComplete="off"
        required
        withAsterisk={false}
        autoFocus
        error={atUrl}
        {...register('url')}
      />
      <TextInput label={t('webhooks.note')} description={t('webhooks.noteHint')} autoComplete="off" maxLength={200} {...register('note')} />
      <Controller
        control={control}
        name="told"
        render={({ field }) => (
          <Input.Wrapper label={t('webhooks.events')} labelElement="div">
            <SegmentedControl
              className={css.told}
              fullWidth
              aria-label={t('webhooks.events')}
              value={field.value}
              onChange={field.onChange}
              data={[
                { value: 'all', label: t('webhooks.everything') },
                { value: 'some', label: t('webhooks.some') },
              ]}
            />
            {!some && <p className={css.dim}>{t('webhooks.all')}</p>}
          </Input.Wrapper>
        )}
      />
      {some && (
        <Controller
          control={control}
          name="events"
          rules={{ validate: (chosen) => chosen.length > 0 || t('webhooks.someMissing') }}
          render={({ field, fieldState }) => (
            <Checkbox.Group aria-label={t('webhooks.some')} value={field.value} onChange={field.onChange} error={fieldState.error?.message}>
              <div className={css.choices}>
                {events.map((event) => (
                  <Checkbox key={event} value={event} label={t(`webhooks.event.${keyOf(event)}`)} description={<code>{event}</code>} />
                ))}
              </div>
            </Checkbox.Group>
          )}
        />
      )}
      {!atUrl && <FormFailure error={saving.error} />}
      <div className={css.actions}>
        <Button type="submit" loading={saving.isPending}>
          {t(webhook ? 'webhooks.save' : 'webhooks.create')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
