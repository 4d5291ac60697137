import { Input, SegmentedControl, Slider, Textarea } from '@mantine/core';
import { Controller, useFormContext } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../api/types';
import { percent } from '../../i18n/format';
import css from './settings.module.css';

/** What decides how a bot answers: set for good on the settings page, and to try something in the playground. */
export type Answering = Pick<Settings, 'instructions' | 'tone' | 'length' | 'threshold' | 'fallback'>;

export function answeringOf({ instructions, tone, length, threshold, fallback }: Answering): Answering {
  return { instructions, tone, length, threshold, fallback };
}

/** A segmented control needs a value for "none chosen". */
const neutral = 'neutral';
const tones = [neutral, 'friendly', 'formal', 'brief'] as const;
const normal = 'normal'; // what the server takes nothing said for
const lengths = ['short', normal, 'long'] as const;

/** The words that it chooses. Within a form that has these settings. */
export function HowFields() {
  const { t } = useTranslation();
  const { control, register } = useFormContext<Answering>();
  return (
    <>
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
      <Controller
        control={control}
        name="length"
        render={({ field }) => (
          <Input.Wrapper label={t('settings.length')} labelElement="div" id="length">
            <SegmentedControl
              className={css.choice}
              fullWidth
              aria-labelledby="length-label"
              value={field.value || normal}
              onChange={(length) => field.onChange(length === normal ? '' : length)}
              data={lengths.map((length) => ({ value: length, label: t(`settings.lengths.${length}`) }))}
            />
          </Input.Wrapper>
        )}
      />
    </>
  );
}

/** When it answers, and what it says when it does not. */
export function UnsureFields() {
  const { t } = useTranslation();
  const { control, register } = useFormContext<Answering>();
  const certainty = (value: number) => (value === 0 ? t('settings.standard') : percent(value));
  return (
    <>
      <Controller
        control={control}
        name="threshold"
        render={({ field }) => (
          <Input.Wrapper label={t('settings.threshold')} description={t('settings.thresholdHint')} labelElement="div" id="threshold">
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
    </>
  );
}
