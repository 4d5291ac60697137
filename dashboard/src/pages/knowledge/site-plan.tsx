import { NumberInput, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Control, Controller, type FieldPath, type UseFormRegister } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import css from './knowledge.module.css';

/** Which pages of a website are read, as it is typed. */
export interface SiteLimits {
  pages: number;
  exclude: string;
}

/** What is read unless its owner says otherwise, and at most (knowledge.Plan). */
export const usualPages = 1000;
const mostPages = 10_000;

/** The fields of a form for it; children stand beside the number of pages. */
export function SitePlan<Form extends SiteLimits>({
  control,
  register,
  children,
}: {
  control: Control<Form>;
  register: UseFormRegister<Form>;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <>
      <div className={css.row}>
        <Controller
          control={control}
          name={'pages' as FieldPath<Form>}
          render={({ field }) => (
            <NumberInput
              label={t('knowledge.site.pages')}
              min={1}
              max={mostPages}
              thousandSeparator
              allowDecimal={false}
              value={field.value}
              onChange={(value) => field.onChange(Number(value) || usualPages)}
            />
          )}
        />
        {children}
      </div>
      <Textarea
        label={t('knowledge.site.exclude')}
        description={t('knowledge.site.excludeNote')}
        placeholder="/blog/"
        autosize
        minRows={1}
        maxRows={6}
        {...register('exclude' as FieldPath<Form>)}
      />
    </>
  );
}

/** One path a line; a slash before it is ours to add. */
export function paths(typed: string): string[] {
  return typed
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((path) => (path.startsWith('/') ? path : `/${path}`));
}
