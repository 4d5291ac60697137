import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { addLabel, changeLabel, labelsChanged } from '../../api/labels';
import { asProblem } from '../../api/problem';
import type { Label, NewLabel } from '../../api/types';
import { FormFailure } from '../../parts/states';
import css from './labels.module.css';
import { colors, type ColorName } from './colors';

/** Makes a label, or changes one in its row. */
export function LabelForm({ label, close }: { label?: Label; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const id = useId();
  const { control, register, handleSubmit } = useForm<NewLabel>({
    defaultValues: { name: label?.name ?? '', color: label?.color ?? colors.blue },
  });
  const saving = useMutation({
    mutationFn: (values: NewLabel) => (label ? changeLabel(label.id, values) : addLabel(values)),
    onSuccess: async () => {
      await labelsChanged(client);
      close();
    },
  });
  const problem = saving.error ? asProblem(saving.error) : undefined;
  const taken = problem?.code === 'label_taken' ? problem.message : undefined;
  const names = Object.keys(colors) as ColorName[];
  const foreign = label && !names.some((name) => colors[name] === label.color.toLowerCase()) ? label.color : undefined;

  return (
    <form
      className={css.form}
      aria-label={label ? t('labels.edit', { name: label.name }) : t('labels.new')}
      onSubmit={handleSubmit((values) => saving.mutate(values))}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <TextInput
        className={css.field}
        label={t('labels.name')}
        placeholder={t('labels.namePlaceholder')}
        maxLength={40}
        required
        withAsterisk={false}
        autoFocus
        dir="auto"
        error={taken}
        {...register('name')}
      />
      <Controller
        control={control}
        name="color"
        render={({ field }) => (
          <div role="radiogroup" aria-labelledby={id} className={css.choice}>
            <span id={id} className={css.caption}>
              {t('labels.color')}
            </span>
            <div className={css.colors}>
              {[...names.map((name) => ({ value: colors[name] as string, name: t(`labels.colors.${name}`) })), ...(foreign ? [{ value: foreign, name: t('labels.ownColor') }] : [])].map(
                ({ value, name }) => (
                  <label key={value} className={css.color} title={name}>
                    <input
                      type="radio"
                      className="hidden-visually"
                      name={field.name + id}
                      value={value}
                      checked={field.value.toLowerCase() === value.toLowerCase()}
                      onChange={() => field.onChange(value)}
                    />
                    <span className={css.swatch} style={{ background: value }} />
                    <span className="hidden-visually">{name}</span>
                  </label>
                ),
              )}
            </div>
          </div>
        )}
      />
      <div className={css.actions}>
        <Button type="submit" loading={saving.isPending}>
          {t('labels.save')}
        </Button>
        <Button variant="subtle" onClick={close}>
          {t('cancel')}
        </Button>
      </div>
      {!taken && <FormFailure error={saving.error} />}
    </form>
  );
}
