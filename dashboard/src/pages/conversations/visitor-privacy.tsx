import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { visitorQuery } from '../../api/inbox';
import { eraseVisitor, visitorFile } from '../../api/visitors';
import { toast } from '../../app/toasts';
import { exact } from '../../i18n/format';
import { Confirm } from '../../parts/confirm';
import { useMay } from '../../parts/permission';
import { Quote } from '../../parts/quote';
import css from './contact.module.css';
import { Copies } from './copies';

/** What a visitor agreed to, and what they may ask for: all that is kept of them, or the end of it. */
export function VisitorPrivacy({ visitor, name }: { visitor: string; name: string }) {
  const { t } = useTranslation();
  const may = useMay('manage_privacy');
  const consents = useQuery(visitorQuery(visitor)).data?.consents ?? [];
  const [asking, setAsking] = useState(false);
  if (!may && consents.length === 0) return null;
  return (
    <section>
      <h4>{t('inbox.privacy.title')}</h4>
      {consents.map(({ at, text }) => (
        <div key={at} className={css.consent}>
          <p className={css.dim}>
            {t('inbox.privacy.agreed')} <time dateTime={at}>{exact(new Date(at))}</time>
          </p>
          <Quote text={text} />
        </div>
      ))}
      {may && (
        <div className={css.rights}>
          <Button component="a" href={visitorFile(visitor)} download variant="default" size="xs">
            {t('inbox.privacy.export')}
          </Button>
          <Button variant="light" color="danger" size="xs" onClick={() => setAsking(true)}>
            {t('inbox.privacy.erase')}
          </Button>
        </div>
      )}
      <Erase visitor={visitor} name={name} opened={asking} close={() => setAsking(false)} />
    </section>
  );
}

function Erase({ visitor, name, opened, close }: { visitor: string; name: string; opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const erasing = useMutation({
    mutationFn: () => eraseVisitor(visitor),
    onSuccess: async () => {
      toast({ text: t('inbox.privacy.erased') });
      close();
      await client.invalidateQueries(visitorQuery(visitor));
    },
  });
  return (
    <Confirm
      opened={opened}
      title={t('inbox.privacy.eraseTitle', { name })}
      verb={t('inbox.privacy.eraseVerb')}
      busy={erasing.isPending}
      error={erasing.error}
      onConfirm={() => erasing.mutate()}
      onCancel={close}
      details={opened && <Copies visitor={visitor} />}
    >
      {t('inbox.privacy.eraseText')}
    </Confirm>
  );
}
