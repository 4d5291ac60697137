import { Switch, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Control, Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { botChanged, changeAppearance, saveSettings } from '../../api/bots';
import type { Bot } from '../../api/types';
import '../../i18n/people';
import { Card, Page } from '../../parts/page';
import { LookOnly, useMay } from '../../parts/permission';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { FormFailure } from '../../parts/states';
import { useBot } from '../bots/use-bot';
import css from './handoff.module.css';
import { days, type EditedHours, edited, mistake, mostSpans, saved } from './hours';
import { HoursEditor } from './hours-editor';
import { localZone } from './zone-select';

const mostWords = 50;
const longestWords = 80;
const mostEach = 100;

interface Form {
  handoff: boolean;
  offer: string[];
  transfer: string[];
  auto_assign: boolean;
  capacity: string; // as it is typed; empty: the server's own
  hours: EditedHours;
  preview: boolean;
}

function formOf({ settings: { handoff, offer, transfer, auto_assign, capacity }, appearance: { hours, preview } }: Bot): Form {
  return { handoff, offer, transfer, auto_assign, capacity: capacity === 0 ? '' : String(capacity), hours: edited(hours, localZone()), preview };
}

/** A phone's keyboard does not tell that a comma was pressed: it stays among the words. */
function phrases(typed: string[]): string[] {
  return [...new Set(typed.flatMap((words) => words.split(',')).map((words) => words.trim()))].filter(Boolean);
}

/** Save is far from what may be wrong. */
function showMistake(): void {
  // Once it is on the page.
  setTimeout(() => document.querySelector<HTMLElement>('#handoff [aria-invalid="true"]')?.focus());
}

/** When the bot hands over, to whom, and when people answer. */
export default function Handoff() {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const may = useMay('manage_bots');
  const { control, register, handleSubmit, formState, reset, watch } = useForm<Form>({ defaultValues: formOf(bot) });
  const saving = useMutation({
    mutationFn: async ({ capacity, hours, preview, ...settings }: Form) => {
      await saveSettings(bot.id, bot.name, { ...settings, capacity: Number(capacity) });
      await changeAppearance(bot.id, { hours: saved(hours), preview });
    },
    onSuccess: async (_, values) => {
      reset(values);
      await botChanged(client);
    },
  });
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });
  const { handoff, auto_assign: assign } = watch();

  function wrongHours({ certain, week }: EditedHours): string | true {
    if (!certain) return true;
    const spans = days.reduce((sum, day) => sum + week[day].length, 0);
    if (spans === 0) return t('handoff.noDay');
    if (spans > mostSpans) return t('handoff.tooMany');
    const wrong = days.map((day) => mistake(week[day])).find(Boolean);
    return wrong ? t(`handoff.mistake.${wrong}`) : true;
  }

  return (
    <Page sticky title={t('bots.page.handoff')} state={may ? state : undefined} action={may && <SaveButton form="handoff" busy={saving.isPending} />}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      {!may && <LookOnly />}
      <form id="handoff" onSubmit={handleSubmit((values) => saving.mutate(values), showMistake)}>
        <fieldset className={css.form} disabled={!may} aria-label={t('bots.page.handoff')}>
          <FormFailure error={saving.error} />
          <Card title={t('handoff.when')}>
            <Toggle control={control} name="handoff" label={t('handoff.offer')} description={t('handoff.offerHint')} />
            {handoff && (
              <>
                {(['offer', 'transfer'] as const).map((name) => (
                  <Controller
                    key={name}
                    control={control}
                    name={name}
                    render={({ field }) => (
                      <TagsInput
                        size="md"
                        label={t(name === 'offer' ? 'handoff.words' : 'handoff.transfer')}
                        description={`${t(name === 'offer' ? 'handoff.wordsHint' : 'handoff.transferHint')} ${t('handoff.wordsAdd')}`}
                        placeholder={field.value.length === 0 ? t(name === 'offer' ? 'handoff.wordsPlaceholder' : 'handoff.transferPlaceholder') : undefined}
                        maxTags={mostWords}
                        maxLength={longestWords}
                        acceptValueOnBlur
                        value={field.value}
                        onChange={(typed) => field.onChange(phrases(typed))}
                        onBlur={field.onBlur}
                      />
                    )}
                  />
                ))}
              </>
            )}
          </Card>
          <Card title={t('handoff.who')}>
            <Toggle control={control} name="auto_assign" label={t('handoff.assign')} description={t('handoff.assignHint')} />
            {assign && (
              <TextInput
                className={css.number}
                type="number"
                min={1}
                max={mostEach}
                inputMode="numeric"
                placeholder="5"
                label={t('handoff.capacity')}
                description={t('handoff.capacityHint')}
                error={formState.errors.capacity?.message}
                {...register('capacity', {
                  validate: (typed) => typed === '' || (Number.isInteger(Number(typed)) && Number(typed) >= 1 && Number(typed) <= mostEach) || t('handoff.capacityInvalid'),
                })}
              />
            )}
          </Card>
          <Card title={t('handoff.hours')} note={t('handoff.hoursNote')}>
            <Controller
              control={control}
              name="hours"
              rules={{ validate: wrongHours }}
              render={({ field }) => <HoursEditor hours={field.value} onChange={field.onChange} error={hoursError()} />}
            />
          </Card>
          <Card title={t('handoff.preview')}>
            <Toggle control={control} name="preview" label={t('handoff.previewSwitch')} description={t('handoff.previewHint')} />
          </Card>
        </fieldset>
      </form>
    </Page>
  );

  function hoursError(): string | undefined {
    return (formState.errors.hours as { message?: string } | undefined)?.message;
  }
}

interface ToggleProps {
  control: Control<Form>;
  name: 'handoff' | 'auto_assign' | 'preview';
  label: string;
  description: string;
}

function Toggle({ control, name, label, description }: ToggleProps) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <Switch label={label} description={description} checked={field.value} onChange={({ currentTarget }) => field.onChange(currentTarget.checked)} onBlur={field.onBlur} />
      )}
    />
  );
}
