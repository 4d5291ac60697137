import { ActionIcon, Button, ColorInput, Input, SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { botChanged, saveAppearance } from '../../api/bots';
import type { Appearance as BotAppearance } from '../../api/types';
import '../../i18n/bot';
import { CloseIcon, PlusIcon } from '../../parts/icons';
import { Card, Page } from '../../parts/page';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { FormFailure } from '../../parts/states';
import { accentOr, contrast } from '../../theme/contrast';
import { useBot } from '../bots/use-bot';
import css from './appearance.module.css';
import { Preview } from './preview';

const mostStarters = 6;
const swatches = ['#3455db', '#0f766e', '#15803d', '#b45309', '#c2410c', '#be123c', '#86198f', '#6d28d9', '#1f2937'];

export default function Appearance() {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const { control, register, handleSubmit, formState, reset, watch, setValue } = useForm<BotAppearance>({
    defaultValues: {
      ...bot.appearance,
      accent: accentOr(bot.appearance.accent),
    },
  });
  const saving = useMutation({
    mutationFn: (values: BotAppearance) =>
      saveAppearance(bot.id, { ...values, starters: values.starters.map((s) => s.trim()).filter(Boolean) }),
    onSuccess: async (saved) => {
      reset(saved);
      await botChanged(client);
    },
  });
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });
  const look = watch();
  const { starters } = look;
  const setStarters = (next: string[]) => setValue('starters', next, { shouldDirty: true });
  // A pale accent is legal (the text on it turns dark) but hard to see on a white page.
  const pale = contrast(accentOr(look.accent), '#ffffff') < 3;

  return (
    <Page sticky title={t('bots.page.appearance')} state={state} action={<SaveButton form="appearance" busy={saving.isPending} />}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      <div className={css.columns}>
        <form id="appearance" className={css.form} onSubmit={handleSubmit((values) => saving.mutate(values))}>
          <FormFailure error={saving.error} />
          <Card title={t('appearance.look')}>
            <Controller
              control={control}
              name="accent"
              rules={{ pattern: { value: /^#[0-9a-f]{6}$/i, message: t('appearance.accentInvalid') } }}
              render={({ field, fieldState }) => (
                <ColorInput
                  {...field}
                  label={t('appearance.accent')}
                  description={pale ? t('appearance.accentPale') : undefined}
                  format="hex"
                  swatches={swatches}
                  swatchesPerRow={9}
                  withEyeDropper={false}
                  error={fieldState.error?.message}
                />
              )}
            />
            <Choice control={control} name="theme" values={['auto', 'light', 'dark']} />
            <Choice control={control} name="position" values={['right', 'left']} />
          </Card>
          <Card title={t('appearance.words')}>
            <TextInput label={t('appearance.name')} description={t('appearance.nameHint')} placeholder={bot.name} {...register('title')} />
            <TextInput
              label={t('appearance.launcher')}
              description={t('appearance.launcherHint')}
              placeholder={t('appearance.launcherPlaceholder')}
              {...register('launcher')}
            />
            <TextInput
              label={t('appearance.avatar')}
              description={t('appearance.avatarHint')}
              placeholder="https://shop.example/logo.png"
              inputMode="url"
              {...register('avatar')}
            />
          </Card>
          <Card title={t('appearance.starters')} note={t('appearance.startersHint')}>
            {starters.map((starter, i) => (
              <div key={i} className={css.starter}>
                <TextInput
                  className={css.grow}
                  aria-label={t('appearance.starter', { number: i + 1 })}
                  value={starter}
                  onChange={(event) => setStarters(starters.with(i, event.currentTarget.value))}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="xl"
                  aria-label={t('appearance.starterRemove', { number: i + 1 })}
                  onClick={() => setStarters(starters.toSpliced(i, 1))}
                >
                  <CloseIcon size={16} />
                </ActionIcon>
              </div>
            ))}
            {starters.length < mostStarters && (
              <Button className={css.another} variant="default" leftSection={<PlusIcon size={16} />} onClick={() => setStarters([...starters, ''])}>
                {t('appearance.starterAdd')}
              </Button>
            )}
          </Card>
          <Card title={t('appearance.consent')} note={t('appearance.consentNote')}>
            <Textarea
              label={t('appearance.consentText')}
              description={t('appearance.consentHint')}
              placeholder={t('appearance.consentPlaceholder')}
              minRows={2}
              maxRows={10}
              {...register('consent.text')}
            />
            <Controller
              control={control}
              name="consent.required"
              render={({ field }) => (
                <Switch
                  label={t('appearance.consentRequired')}
                  description={t('appearance.consentRequiredHint')}
                  checked={field.value}
                  disabled={look.consent.text.trim() === ''}
                  onChange={({ currentTarget }) => field.onChange(currentTarget.checked)}
                />
              )}
            />
          </Card>
        </form>
        <Preview bot={bot} look={look} />
      </div>
    </Page>
  );
}

function Choice<Name extends 'theme' | 'position'>({
  control,
  name,
  values,
}: {
  control: ReturnType<typeof useForm<BotAppearance>>['control'];
  name: Name;
  values: string[];
}) {
  const { t } = useTranslation();
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <Input.Wrapper label={t(`appearance.${name}`)} labelElement="div" id={name}>
          <SegmentedControl
            className={css.choice}
            fullWidth
            aria-labelledby={`${name}-label`}
            value={field.value}
            onChange={field.onChange}
            data={values.map((value) => ({ value, label: t(`appearance.values.${value as 'auto'}`) }))}
          />
        </Input.Wrapper>
      )}
    />
  );
}
