import { ActionIcon, Button, Progress } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { type Upload, uploads } from '../../api/upload';
import { bytes, percent } from '../../i18n/format';
import { CloseIcon, RetryIcon } from '../../parts/icons';
import list from '../../parts/list.module.css';
import { useProblemText } from '../../parts/problem-text';
import css from './knowledge.module.css';

/** Files on their way. */
export function UploadList({ bot }: { bot: string }) {
  const { t } = useTranslation();
  const sending = useSyncExternalStore(uploads.subscribe, uploads.all).filter((upload) => upload.bot === bot);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (uploads.busy) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);

  if (sending.length === 0) return null;
  return (
    <ul className={list.list} aria-label={t('knowledge.sending.list')}>
      {sending.map((upload) => (
        <Row key={upload.id} upload={upload} />
      ))}
    </ul>
  );
}

function Row({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  const { name, size, sent, state, problem } = upload;
  const share = size > 0 ? sent / size : 0;
  const reason = useProblemText(problem);
  return (
    <li className={css.upload}>
      <div className={css.words}>
        <span className={css.title}>{name}</span>
        {state === 'failed' ? (
          <span className={css.error} role="alert">
            {reason}
          </span>
        ) : (
          <Progress value={share * 100} size={4} aria-label={t('knowledge.sending.progress', { name })} />
        )}
      </div>
      {state !== 'failed' && (
        <span className={css.meta}>
          {state === 'waiting'
            ? t('knowledge.sending.waiting')
            : share < 1
              ? t('knowledge.sending.sent', { percent: percent(share), size: bytes(size) })
              : t('knowledge.sending.checking')}
        </span>
      )}
      {problem?.passing && (
        <Button variant="default" size="compact-sm" leftSection={<RetryIcon size={14} />} onClick={() => uploads.retry(upload.id)}>
          {t('knowledge.sending.retry')}
        </Button>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={state === 'failed' ? t('knowledge.sending.forget', { name }) : t('knowledge.sending.stop', { name })}
        onClick={() => uploads.remove(upload.id)}
      >
        <CloseIcon size={16} />
      </ActionIcon>
    </li>
  );
}
