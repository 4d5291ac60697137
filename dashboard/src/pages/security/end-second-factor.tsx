import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { endSecondFactor } from '../../api/security';
import { toast } from '../../app/toasts';
import { ConfirmForm } from '../../parts/confirm-form';
import { OwnPassword } from '../../parts/new-password';

interface Form {
  password: string;
  code: string;
}

export function EndSecondFactor({ done, close }: { done: () => Promise<void>; close: () => void }) {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm<Form>({ defaultValues: { password: '', code: '' } });
  const ending = useMutation({
    mutationFn: ({ password, code }: Form) => endSecondFactor(password, code.trim()),
    onSuccess: async () => {
      toast({ text: t('security.factor.ended') });
      await done();
    },
  });
  return (
    <ConfirmForm
      title={t('security.factor.endTitle')}
      text={t('security.factor.endText')}
      verb={t('security.factor.end')}
      busy={ending.isPending}
      error={ending.error}
      onSubmit={handleSubmit((values) => ending.mutate(values))}
      close={close}
    >
      <OwnPassword data-autofocus {...register('password')} />
      <TextInput label={t('security.factor.endCode')} autoComplete="one-time-code" spellCheck={false} autoCapitalize="off" required withAsterisk={false} {...register('code')} />
    </ConfirmForm>
  );
}
