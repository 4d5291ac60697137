import { Button, Checkbox, NativeSelect, Textarea, type TextareaProps, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '../../api/bots';
import type { ApiKey } from '../../api/types';
import { createKey, keysQuery, type ShownKey } from '../../api/keys';
import { parseAddresses } from '../../parts/addresses';
import { Card } from '../../parts/page';
import { FormFailure } from '../../parts/states';
import css from './keys.module.css';

const scopes = ['read', 'ask', 'manage'] as const;

/** Days until a key ends by itself. */
const expiries = { never: 0, month: 30, quarter: 90, year: 365 } as const;

interface Form {
  name: string;
  scopes: ApiKey['scopes'];
  bot: string;
  expiry: keyof typeof expiries;
  addresses: string;
}

export function NewKey({ close, done }: { close: () => void; done: (made: ShownKey) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const bots = useQuery(botsQuery).data ?? [];
  const { control, register, handleSubmit } = useForm<Form>({
    defaultValues: { name: '', scopes: ['read', 'ask'], bot: '', expiry: 'year', addresses: '' },
  });
  const creating = useMutation({
    mutationFn: ({ name, scopes, bot, expiry, addresses }: Form) =>
      createKey({
        name: name.trim(),
        scopes,
        bot: bot || undefined,
        addresses: parseAddresses(addresses),
        expires_at: expiries[expiry] ? new Date(Date.now() + expiries[expiry] * 86_400_000).toISOString() : undefined,
      }),
    onSuccess: async (made) => {
      done(made);
      await client.invalidateQueries(keysQuery);
    },
  });
  return (
    <Card title={t('keys.new')}>
      <form className={css.form} onSubmit={handleSubmit((values) => creating.mutate(values))}>
        <TextInput
          label={t('keys.name')}
          description={t('keys.nameHint')}
          placeholder={t('keys.namePlaceholder')}
          autoComplete="off"
          required
          withAsterisk={false}
          maxLength={80}
          autoFocus
          {...register('name')}
        />
        <Controller
          control={control}
          name="scopes"
          rules={{ validate: (chosen) => chosen.length > 0 || t('keys.scopeMissing') }}
          render={({ field, fieldState }) => (
            <Checkbox.Group label={t('keys.may')} value={field.value} onChange={field.onChange} error={fieldState.error?.message}>
              <div className={css.choices}>
                {scopes.map((scope) => (
                  <Checkbox key={scope} value={scope} label={t(`keys.scope.${scope}`)} description={t(`keys.scopeHint.${scope}`)} />
                ))}
              </div>
            </Checkbox.Group>
          )}
        />
        <div className={css.pair}>
          <NativeSelect
            size="md"
            label={t('keys.bot')}
            data={[{ value: '', label: t('keys.anyBot') }, ...bots.map(({ id, name }) => ({ value: id, label: name }))]}
            {...register('bot')}
          />
          <NativeSelect
            size="md"
            label={t('keys.expires')}
            data={(Object.keys(expiries) as Form['expiry'][]).map((expiry) => ({ value: expiry, label: t(`keys.expiry.${expiry}`) }))}
            {...register('expiry')}
          />
        </div>
        <Addresses {...register('addresses')} />
        <FormFailure error={creating.error} />
        <div className={css.actions}>
          <Button type="submit" loading={creating.isPending}>
            {t('keys.create')}
          </Button>
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

/** From where alone a key works. */
export function Addresses(props: TextareaProps) {
  const { t } = useTranslation();
  return (
    <Textarea
      label={t('keys.addresses')}
      description={t('keys.addressesHint')}
      minRows={2}
      maxRows={8}
      spellCheck={false}
      autoCapitalize="off"
      {...props}
    />
  );
}
