import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toast } from '../../app/toasts';
import { asProblem } from '../../api/problem';
import { changePlan, inWork, refreshSource, sourceQuery, sourcesChanged } from '../../api/sources';
import type { Source } from '../../api/types';
import { bytes, count, exact, languageName, moment } from '../../i18n/format';
import '../../i18n/improve';
import '../../i18n/knowledge';
import { ExternalIcon, FileIcon, RetryIcon, TrashIcon, WarningIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, FormFailure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import { useBot } from '../bots/use-bot';
import { Addresses } from './addresses';
import { EditPairs } from './edit-pairs';
import { EditPlan } from './edit-plan';
import { PassagesRead } from './passages-read';
import { useRemoval } from './remove';
import { Schedule } from './schedule';
import { SourceState } from './source-state';
import css from './source.module.css';

/** One source: how far it is, what was read of it, and what can be done about it. */
export default function SourcePage() {
  const { t } = useTranslation();
  const bot = useBot();
  const { source: id } = useParams({ from: '/app/owner/bots/$bot/knowledge/$source' });
  const source = useQuery(sourceQuery(bot.id, id));

  if (source.isPending) return <Loading lines={6} />;
  if (source.isError) {
    return asProblem(source.error).status === 404 ? (
      <Empty
        icon={<FileIcon />}
        title={t('knowledge.source.missing')}
        action={
          <Link to="/bots/$bot/knowledge" params={{ bot: bot.id }}>
            {t('knowledge.source.all')}
          </Link>
        }
      >
        {t('knowledge.source.missingText')}
      </Empty>
    ) : (
      <Failure error={source.error} retry={() => void source.refetch()} />
    );
  }
  return <Known bot={bot.id} source={source.data} />;
}

function Known({ bot, source }: { bot: string; source: Source }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const removal = useRemoval(bot, () => void navigate({ to: '/bots/$bot/knowledge', params: { bot } }));
  const client = useQueryClient();
  const onTheWeb = source.kind === 'site' || source.kind === 'url';
  const reading = useMutation({
    mutationFn: () => refreshSource(bot, source.id),
    onSuccess: () => sourcesChanged(client, bot),
  });
  return (
    <Page
      title={source.title || source.url || ''}
      state={
        source.parent ? (
          <Link to="/bots/$bot/knowledge/$source" params={{ bot, source: source.parent }}>
            {t('knowledge.source.site')}
          </Link>
        ) : (
          <Link to="/bots/$bot/knowledge" params={{ bot }}>
            {t('knowledge.source.all')}
          </Link>
        )
      }
      action={
        <>
          {source.url && (
            <Button
              variant="default"
              rightSection={<ExternalIcon size={16} />}
              renderRoot={(props) => <a href={source.url} target="_blank" rel="noopener noreferrer" {...props} />}
            >
              {t('knowledge.source.open')}
            </Button>
          )}
          {!source.parent && (
            <Button variant="default" leftSection={<TrashIcon size={16} />} onClick={() => removal.ask(source)}>
              {t('knowledge.delete.verb')}
            </Button>
          )}
          {onTheWeb && (
            <Button leftSection={<RetryIcon size={16} />} disabled={inWork(source)} loading={reading.isPending} onClick={() => reading.mutate()}>
              {t('knowledge.source.again')}
            </Button>
          )}
        </>
      }
    >
      {removal.dialog}
      <FormFailure error={reading.error} />
      {source.error && (
        <div className={css.error} role="alert">
          <WarningIcon size={18} />
          <p>
            {source.error}{' '}
            {source.kind === 'file' && (
              <Link to="/bots/$bot/knowledge" params={{ bot }}>
                {t('knowledge.source.replace')}
              </Link>
            )}
          </p>
        </div>
      )}
      {source.note && <p className={css.note}>{source.note}</p>}
      <Facts bot={bot} source={source} />
      {source.kind === 'site' && <Addresses bot={bot} source={source} />}
      {source.kind === 'faq' && <EditPairs bot={bot} source={source.id} />}
      {source.kind !== 'faq' && (source.passages > 0 || source.state !== 'failed') && <PassagesRead bot={bot} source={source} />}
      {source.kind === 'site' && source.plan && <EditPlan bot={bot} source={source.id} plan={source.plan} />}
    </Page>
  );
}

/** How far it is, how large, and when it is read. */
function Facts({ bot, source }: { bot: string; source: Source }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const planning = useMutation({
    mutationFn: (hours: number) => changePlan(bot, source.id, { ...source.plan, every_hours: hours }),
    onSuccess: async () => {
      await sourcesChanged(client, bot);
      toast({ text: t('knowledge.schedule.saved') });
    },
  });
  return (
    <div className={css.about}>
      <dl className={css.facts}>
        <Fact name={t('knowledge.column.state')}>
          <SourceState source={source} />
        </Fact>
        {source.pages > 1 && source.kind === 'file' && <Fact name={t('knowledge.source.pages')}>{count(source.pages)}</Fact>}
        <Fact name={t('knowledge.column.passages')}>{count(source.passages)}</Fact>
        {source.size > 0 && <Fact name={t('knowledge.column.size')}>{bytes(source.size)}</Fact>}
        {source.language && <Fact name={t('knowledge.source.language')}>{languageName(source.language)}</Fact>}
        {source.embedded !== undefined && <Fact name={t('knowledge.source.embedded')}>{count(source.embedded)}</Fact>}
        {source.read_at && (
          <Fact name={t('knowledge.source.read')}>
            <Ago at={source.read_at} />
          </Fact>
        )}
        {source.next_read_at && (
          <Fact name={t('knowledge.source.next')}>
            <time dateTime={source.next_read_at} title={exact(new Date(source.next_read_at))}>
              {moment(new Date(source.next_read_at))}
            </time>
          </Fact>
        )}
      </dl>
      {source.plan && (
        <div className={css.schedule}>
          <Schedule
            of={source.kind === 'site' ? 'site' : 'page'}
            hours={source.plan.every_hours}
            disabled={planning.isPending}
            onChange={(hours) => planning.mutate(hours)}
          />
          <FormFailure error={planning.error} />
        </div>
      )}
      {inWork(source) && <p className={css.goesOn}>{t('knowledge.source.goesOn')}</p>}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={css.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
