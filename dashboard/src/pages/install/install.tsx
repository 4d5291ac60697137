import { Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { botChanged, saveDomains } from '../../api/bots';
import { asProblem } from '../../api/problem';
import '../../i18n/bot';
import '../../i18n/business';
import { CopyBlock } from '../../parts/copy';
import { Card, Page } from '../../parts/page';
import { useMay } from '../../parts/permission';
import { useProblemText } from '../../parts/problem-text';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { useBot } from '../bots/use-bot';
import { parseDomains } from './domains';
import { Identity } from './identity';
import css from './install.module.css';
import { snippet } from './snippet';

export default function Install() {
  const { t } = useTranslation();
  const bot = useBot();
  const domains = bot.domains;
  const may = useMay('manage_bots');
  return (
    <Page
      title={t('bots.page.install')}
      state={domains.length > 0 ? t('install.runs', { domains: domains.join(', ') }) : t('install.nowhere')}
    >
      <div className={css.steps}>
        <Card title={t('install.domains')} note={t('install.domainsNote')}>
          <Domains bot={bot.id} domains={domains} />
        </Card>
        <Card title={t('install.paste')} note={t('install.pasteNote')}>
          <CopyBlock label={t('install.line')} text={snippet(bot, window.location.origin)} />
        </Card>
        {may && <Identity bot={bot.id} />}
      </div>
    </Page>
  );
}

function Domains({ bot, domains }: { bot: string; domains: string[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit, formState, reset } = useForm({ defaultValues: { typed: domains.join('\n') } });
  const saving = useMutation({
    mutationFn: (list: string[]) => saveDomains(bot, list),
    onSuccess: async (understood) => {
      reset({ typed: understood.join('\n') });
      await botChanged(client);
    },
  });
  const problem = useProblemText(saving.error ? asProblem(saving.error) : undefined);
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });
  return (
    <form id="domains" className={css.form} onSubmit={handleSubmit(({ typed }) => saving.mutate(parseDomains(typed)))}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      <Textarea
        label={t('install.allowed')}
        description={t('install.allowedHint')}
        placeholder={'shop.example\n*.shop.example'}
        minRows={3}
        maxRows={12}
        spellCheck={false}
        autoCapitalize="off"
        error={problem || undefined}
        {...register('typed')}
      />
      <div className={css.save}>
        <SaveButton form="domains" busy={saving.isPending} />
        <span className={css.state} role="status">
          {state}
        </span>
      </div>
    </form>
  );
}
