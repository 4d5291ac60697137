import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { CheckIcon, CopyIcon } from './icons';
import css from './copy.module.css';

/** Code to take away, with its button; a quiet one where another button is what one came for. */
export function CopyBlock({ label, text, quiet = false }: { label: string; text: string; quiet?: boolean }) {
  const { t } = useTranslation();
  const clipboard = useClipboard({ timeout: 2500 });
  return (
    <div className={css.block}>
      <pre className={css.code} tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      <Button
        variant={quiet ? 'default' : undefined}
        leftSection={clipboard.copied ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
        onClick={() => clipboard.copy(text)}
      >
        {clipboard.copied ? t('copy.copied') : t('copy.copy')}
      </Button>
      {clipboard.error && (
        <p className={css.error} role="alert">
          {t('copy.failed')}
        </p>
      )}
      <span className="hidden-visually" aria-live="polite">
        {clipboard.copied ? t('copy.copied') : ''}
      </span>
    </div>
  );
}
