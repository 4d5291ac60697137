import { Input, SegmentedControl, Slider, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { botChanged, saveSettings } from '../../api/bots';
import type { Bot, Settings as BotSettings } from '../../api/types';
import { percent } from '../../i18n/format';
import { Card, Page } from '../../parts/page';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { FormFailure } from '../../parts/states';
import { useBot } from '../bots/use-bot';
import { CloseAfter, longest } from './close-after';
import css from './settings.module.css';

/** A segmented control needs a value for "none chosen". */
const neutral = 'neutral';
const tones = [neutral, 'friendly', 'formal', 'brief'] as const;

/** What else a bot can be told is on its other pages, and is left as it is. */
type Form = { name: string } & Pick<BotSettings, 'greeting' | 'instructions' | 'tone' | 'threshold' | 'fallback' | 'close_after'>;

function formOf({ name, settings: { greeting, instructions, tone, threshold, fallback, close_after } }: Bot): Form {
  return { name, greeting, instructions, tone, threshold, fallback, close_after };
}

export default function Settings() {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const { control, register, handleSubmit, formState, reset } = useForm<Form>({
    defaultValues: formOf(bot),
  });
  const saving = useMutation({
    mutationFn: ({ name, ...settings }: Form) => saveSettings(bot.id, name, settings),
    onSuccess: async (_, values) => {
      reset(values);
      await botChanged(client);
    },
  });
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });

  return (
    <Page sticky title={t('settings.title')} state={state} action={<SaveButton form="settings" busy={saving.isPending} />}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
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
          <Textarea
            label={t('settings.instructions')}
            description={t('settings.instructionsHint')}
            placeholder={t('settings.instructionsPlaceholder')}
            minRows={4}
            maxRows={20}
            {...register('instructions')}
          />
          <Controller
            control={control}
            name="tone"
            render={({ field }) => (
              <Input.Wrapper label={t('settings.tone')} labelElement="div" id="tone">
                <SegmentedControl
                  className={css.choice}
                  fullWidth
                  aria-labelledby="tone-label"
                  value={field.value || neutral}
                  onChange={(tone) => field.onChange(tone === neutral ? '' : tone)}
                  data={tones.map((tone) => ({ value: tone, label: t(`settings.tones.${tone}`) }))}
                />
              </Input.Wrapper>
            )}
          />
        </Card>
        <Card title={t('settings.unsure')}>
          <Controller
            control={control}
            name="threshold"
            render={({ field }) => (
              <Input.Wrapper
                label={t('settings.threshold')}
                description={t('settings.thresholdHint')}
                labelElement="div"
                id="threshold"
              >
                <Slider
                  className={css.slider}
                  min={0}
                  max={1}
                  step={0.05}
                  value={field.value}
                  onChange={field.onChange}
                  thumbLabel={t('settings.threshold')}
                  thumbValueText={certainty}
                  label={certainty}
                  marks={[
                    { value: 0, label: t('settings.standard') },
                    { value: 0.5, label: percent(0.5) },
                    { value: 1, label: percent(1) },
                  ]}
                />
              </Input.Wrapper>
            )}
          />
          <Textarea
            label={t('settings.fallback')}
            description={t('settings.fallbackHint')}
            placeholder={t('settings.fallbackPlaceholder')}
            minRows={2}
            maxRows={8}
            {...register('fallback')}
          />
          <p className={css.elsewhere}>
            {t('settings.handoff')}{' '}
            <Link to="/bots/$bot/handoff" params={{ bot: bot.id }}>
              {t('handoff.title')}
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
    </Page>
  );

  function certainty(value: number): string {
    return value === 0 ? t('settings.standard') : percent(value);
  }
}
