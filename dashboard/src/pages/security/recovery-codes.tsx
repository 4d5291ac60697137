import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from '../../parts/copy';
import css from './security.module.css';

/** The codes for the loss of a phone. This is the only time that they are shown. */
export function RecoveryCodes({ codes, close }: { codes: string[]; close: () => void }) {
  const { t } = useTranslation();
  const text = codes.join('\n');
  const file = useFile(`${text}\n`);
  const block = useRef<HTMLDivElement>(null);
  // What scrolls returns a promise in some browsers, which an effect must not.
  useEffect(() => void block.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <div ref={block} className={css.form}>
      <CopyBlock label={t('security.factor.codesLabel')} text={text} quiet />
      <div className={css.actions}>
        <Button onClick={close}>{t('security.factor.kept')}</Button>
        <Button component="a" variant="default" href={file} download="parley-recovery-codes.txt">
          {t('security.factor.download')}
        </Button>
      </div>
    </div>
  );
}

/** A text as something that a link can save. */
function useFile(text: string): string {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [text]);
  return url;
}
