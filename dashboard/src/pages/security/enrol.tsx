import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { beginSecondFactor, finishSecondFactor } from '../../api/security';
import { CodeField } from '../../parts/code-field';
import { CopyBlock } from '../../parts/copy';
import { FormEnd } from '../../parts/form-end';
import { OwnPassword } from '../../parts/new-password';
import css from './security.module.css';

interface Props {
  /** With the recovery codes. */
  done: (codes: string[]) => Promise<void>;
  close: () => void;
}

/** Sets a second factor up: the password, then the app's first code. */
export function Enrol({ done, close }: Props) {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm({ defaultValues: { password: '' } });
  const beginning = useMutation({ mutationFn: ({ password }: { password: string }) => beginSecondFactor(password) });
  if (beginning.data) return <Scan {...beginning.data} done={done} close={close} />;
  return (
    <form className={css.form} onSubmit={handleSubmit((values) => beginning.mutate(values))}>
      <OwnPassword description={t('security.factor.passwordNote')} autoFocus {...register('password')} />
      <FormEnd error={beginning.error} busy={beginning.isPending} verb={t('security.factor.go')} close={close} />
    </form>
  );
}

function Scan({ secret, qr, done, close }: Props & { secret: string; qr: string }) {
  const { t } = useTranslation();
  const { register, handleSubmit } = useForm({ defaultValues: { code: '' } });
  const finishing = useMutation({
    mutationFn: ({ code }: { code: string }) => finishSecondFactor(code.replaceAll(' ', '')),
    onSuccess: done,
  });
  return (
    <div className={css.scan}>
      <img className={css.qr} src={qr} alt={t('security.factor.qr')} width={184} height={184} />
      <form className={css.form} onSubmit={handleSubmit((values) => finishing.mutate(values))}>
        <div>
          <h3>{t('security.factor.scan')}</h3>
          <p className={css.dim}>{t('security.factor.scanNote')}</p>
        </div>
        <div>
          <p className={css.dim}>{t('security.factor.manual')}</p>
          <CopyBlock label={t('security.factor.manual')} text={grouped(secret)} quiet />
        </div>
        <CodeField label={t('security.factor.code')} autoFocus {...register('code')} />
        <FormEnd error={finishing.error} busy={finishing.isPending} verb={t('security.factor.finish')} close={close} />
      </form>
    </div>
  );
}

/** In fours, as it is read aloud; apps ignore what is between. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
