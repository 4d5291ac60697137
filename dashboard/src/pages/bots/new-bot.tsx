import { Button, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Card, Page } from '../../parts/page';
import { FormFailure } from '../../parts/states';
import css from './bots.module.css';
import { useCreateBot } from './use-create-bot';

export function NewBot() {
  const { t } = useTranslation();
  const create = useCreateBot();
  const { register, handleSubmit } = useForm({ defaultValues: { name: '' } });
  return (
    <Page title={t('bots.new')} state={t('bots.newText')}>
      <Card>
        <form className={css.form} onSubmit={handleSubmit(({ name }) => create.mutate(name))}>
          <TextInput
            label={t('bots.name')}
            description={t('bots.nameHint')}
            placeholder={t('bots.namePlaceholder')}
            required
            withAsterisk={false}
            autoFocus
            {...register('name')}
          />
          <FormFailure error={create.error} />
          <Button type="submit" loading={create.isPending}>
            {t('bots.create')}
          </Button>
        </form>
      </Card>
    </Page>
  );
}
