import { TextInput } from '@mantine/core';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { AddForm, useAddSource } from './add';
import { fullAddress } from './add-page';
import { Schedule } from './schedule';
import { paths, type SiteLimits, SitePlan, usualPages } from './site-plan';

interface Site extends SiteLimits {
  address: string;
  every: number;
}

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
      <SitePlan control={control} register={register}>
        <Controller control={control} name="every" render={({ field }) => <Schedule of="site" hours={field.value} onChange={field.onChange} />} />
      </SitePlan>
    </AddForm>
  );
}
