import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Controller, FormProvider, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { botChanged, saveSettings } from '../../api/bots';
import type { Bot, Settings as BotSettings } from '../../api/types';
import '../../i18n/bot';
import '../../i18n/improve';
import '../../i18n/inbox';
import '../../i18n/people';
import { Card, Page } from '../../parts/page';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { FormFailure } from '../../parts/states';
import { useBot } from '../bots/use-bot';
import { BeforeSaving } from '../tests/before-saving';
import { type Answering, answeringOf, HowFields, UnsureFields } from './answering';
import { CloseAfter, longest } from './close-after';
import css from './settings.module.css';

/** What else a bot can be told is on its other pages, and is left as it is. */
type Form = { name: string } & Answering & Pick<BotSettings, 'greeting' | 'close_after'>;

function formOf({ name, settings }: Bot): Form {
  const { greeting, close_after } = settings;
  return { name, greeting, close_after, ...answeringOf(settings) };
}

export default function Settings() {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const form = useForm<Form>({ defaultValues: formOf(bot) });
  const { control, register, handleSubmit, formState, reset, getValues } = form;
  const [testing, setTesting] = useState(false);
  const saving = useMutation({
    mutationFn: ({ name, ...settings }: Form) => saveSettings(bot.id, name, settings),
    onSuccess: async (_, values) => {
      reset(values);
      await botChanged(client);
    },
  });
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });

  return (
    <Page
      sticky
      title={t('bots.page.settings')}
      state={state}
      action={
        <>
          <Button variant="default" aria-expanded={testing} onClick={() => setTesting(!testing)}>
            {t('tests.before.open')}
          </Button>
          <SaveButton form="settings" busy={saving.isPending} />
        </>
      }
    >
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      {testing && (
        <div className={css.form}>
          <BeforeSaving bot={bot.id} settings={() => answeringOf(getValues())} close={() => setTesting(false)} />
        </div>
      )}
      <FormProvider {...form}>
        <form id="settings" className={css.form} onSubmit={handleSubmit((values) => saving.mutate(values))}>
          <FormFailure error={saving.error} />
          <Card title={t('settings.who')}>
            <TextInput label={t('bots.name')} required withAsterisk={false} {...register('name')} />
            <Textarea
              label={t('settings.greeting')}
              description={t('settings.greetingHint')}
              placeholder={t('settings.greetingPlaceholder')}
              minRows={2}
              maxRows={8}
              {...register('greeting')}
            />
          </Card>
          <Card title={t('settings.how')}>
            <HowFields />
          </Card>
          <Card title={t('settings.unsure')}>
            <UnsureFields />
            <p className={css.elsewhere}>
              {t('settings.handoff')}{' '}
              <Link to="/bots/$bot/handoff" params={{ bot: bot.id }}>
                {t('bots.page.handoff')}
              </Link>
              .
            </p>
          </Card>
          <Card title={t('settings.quiet')}>
            <Controller
              control={control}
              name="close_after"
              rules={{ validate: (minutes) => (minutes >= 0 && minutes <= longest) || t('settings.closeInvalid') }}
              render={({ field, fieldState }) => (
                <CloseAfter minutes={field.value} onChange={field.onChange} error={fieldState.error?.message} />
              )}
            />
          </Card>
        </form>
      </FormProvider>
    </Page>
  );
}
