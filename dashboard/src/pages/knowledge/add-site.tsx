import { NumberInput, Textarea, TextInput } from '@mantine/core';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { AddForm, useAddSource } from './add';
import { fullAddress } from './add-page';
import css from './knowledge.module.css';
import { Schedule } from './schedule';

interface Site {
  address: string;
  pages: number;
  exclude: string;
  every: number;
}

/** What is read unless its owner says otherwise, and at most (knowledge.Plan). */
const usualPages = 1000;
const mostPages = 10_000;

/** A week is often enough for most sites, and seldom enough for their servers. */
const usualHours = 168;

export function AddSite({ bot, onClose }: { bot: string; onClose: () => void }) {
  const { t } = useTranslation();
  const adding = useAddSource(bot, onClose);
  const { control, register, handleSubmit } = useForm<Site>({
    defaultValues: { address: '', pages: usualPages, exclude: '', every: usualHours },
  });
  return (
    <AddForm
      title={t('knowledge.site.open')}
      note={t('knowledge.site.note')}
      verb={t('knowledge.site.verb')}
      adding={adding}
      onSubmit={handleSubmit(({ address, pages, exclude, every }) =>
        adding.mutate({
          site: fullAddress(address),
          plan: { pages, exclude: paths(exclude), every_hours: every },
        }),
      )}
      onClose={onClose}
    >
      <TextInput
        label={t('knowledge.page.address')}
        description={t('knowledge.site.within')}
        placeholder="https://shop.example/help/"
        inputMode="url"
        required
        withAsterisk={false}
        autoFocus
        {...register('address')}
      />
      <div className={css.row}>
        <Controller
          control={control}
          name="pages"
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
        <Controller control={control} name="every" render={({ field }) => <Schedule of="site" hours={field.value} onChange={field.onChange} />} />
      </div>
      <Textarea
        label={t('knowledge.site.exclude')}
        description={t('knowledge.site.excludeNote')}
        placeholder="/blog/"
        autosize
        minRows={1}
        maxRows={6}
        {...register('exclude')}
      />
    </AddForm>
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
