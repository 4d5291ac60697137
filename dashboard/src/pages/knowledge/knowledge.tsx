import { Button, Menu } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { inWork, sourcesQuery } from '../../api/sources';
import type { Source } from '../../api/types';
import { uploads } from '../../api/upload';
import { count } from '../../i18n/format';
import '../../i18n/knowledge';
import { DownIcon, FileIcon, GlobeIcon, PlusIcon, QuestionIcon, TextIcon, UploadIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import { useBot } from '../bots/use-bot';
import { AddFaq } from './add-faq';
import { AddPage } from './add-page';
import { AddSite } from './add-site';
import { AddText } from './add-text';
import css from './knowledge.module.css';
import { SourceTable } from './source-table';
import { UploadList } from './upload-list';
import { useFileDrop } from './use-file-drop';

/** What can be read, as the file dialog filters it. The server decides by content. */
const readable =
  '.md,.markdown,.txt,.html,.htm,.csv,.tsv,.json,.xml,.pdf,.docx,.doc,.pptx,.ppt,.xlsx,.xls,.odt,.ods,.odp,.epub,.rtf,.eml';

export type Adding = 'site' | 'page' | 'faq' | 'text';

export default function Knowledge() {
  const { t } = useTranslation();
  const bot = useBot();
  const { add } = useSearch({ from: '/app/owner/bots/$bot/knowledge' });
  const navigate = useNavigate();
  const picker = useRef<HTMLInputElement>(null);
  const sources = useInfiniteQuery(sourcesQuery(bot.id));
  const dropping = useFileDrop((files) => uploads.add(bot.id, files));

  const open = (adding?: Adding) =>
    void navigate({ to: '/bots/$bot/knowledge', params: { bot: bot.id }, search: { add: adding }, replace: true });
  const close = () => open(undefined);
  const list = sources.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <Page
      title={t('bots.page.knowledge')}
      state={sources.isSuccess ? <Summary sources={list} more={sources.hasNextPage} /> : undefined}
      action={
        <>
          <AddMenu onAdd={open} />
          <Button leftSection={<UploadIcon size={16} />} onClick={() => picker.current?.click()}>
            {t('knowledge.upload')}
          </Button>
          <input
            ref={picker}
            type="file"
            multiple
            accept={readable}
            hidden
            aria-label={t('knowledge.files')}
            onChange={(event) => {
              if (event.target.files) uploads.add(bot.id, event.target.files);
              event.target.value = '';
            }}
          />
        </>
      }
    >
      {dropping && <div className={css.drop}>{t('knowledge.drop')}</div>}
      {add === 'site' && <AddSite bot={bot.id} onClose={close} />}
      {add === 'page' && <AddPage bot={bot.id} onClose={close} />}
      {add === 'faq' && <AddFaq bot={bot.id} onClose={close} />}
      {add === 'text' && <AddText bot={bot.id} onClose={close} />}
      <UploadList bot={bot.id} />
      {sources.isPending ? (
        <Loading />
      ) : sources.isError ? (
        <Failure error={sources.error} retry={() => void sources.refetch()} />
      ) : list.length === 0 ? (
        add === undefined && (
          <div className={css.empty}>
            <Empty
              icon={<FileIcon />}
              title={t('knowledge.empty')}
              action={
                <Button variant="default" leftSection={<GlobeIcon size={16} />} onClick={() => open('site')}>
                  {t('knowledge.site.open')}
                </Button>
              }
            >
              {t('knowledge.emptyText')}
            </Empty>
          </div>
        )
      ) : (
        <>
          <SourceTable bot={bot.id} sources={list} />
          {sources.hasNextPage && (
            <Button variant="default" loading={sources.isFetchingNextPage} onClick={() => void sources.fetchNextPage()}>
              {t('more')}
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

function AddMenu({ onAdd }: { onAdd: (adding: Adding) => void }) {
  const { t } = useTranslation();
  return (
    <Menu width={240} position="bottom-start">
      <Menu.Target>
        <Button variant="default" leftSection={<PlusIcon size={16} />} rightSection={<DownIcon size={16} />}>
          {t('knowledge.add')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<GlobeIcon size={16} />} onClick={() => onAdd('site')}>
          {t('knowledge.site.open')}
        </Menu.Item>
        <Menu.Item leftSection={<FileIcon size={16} />} onClick={() => onAdd('page')}>
          {t('knowledge.page.open')}
        </Menu.Item>
        <Menu.Item leftSection={<QuestionIcon size={16} />} onClick={() => onAdd('faq')}>
          {t('knowledge.faq.open')}
        </Menu.Item>
        <Menu.Item leftSection={<TextIcon size={16} />} onClick={() => onAdd('text')}>
          {t('knowledge.text.open')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Summary({ sources, more }: { sources: Source[]; more: boolean }) {
  const { t } = useTranslation();
  if (sources.length === 0) return t('knowledge.none');
  const passages = sources.reduce((sum, source) => sum + source.passages, 0);
  const reading = sources.filter(inWork).length;
  const parts: string[] = [
    more ? t('knowledge.atLeast', { number: count(sources.length) }) : t('knowledge.sources', { count: sources.length }),
    t('knowledge.passages', { count: passages, number: count(passages) }),
  ];
  if (reading > 0) parts.push(t('knowledge.reading', { count: reading }));
  return parts.join(' · ');
}
