import { NativeSelect } from '@mantine/core';
import type { UseFormRegisterReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { usePages } from './use-pages';

interface Props {
  bot: string;
  site: string;
  part?: string; // that is expected so far
  field: UseFormRegisterReturn;
}

/** Which page of a site an answer must cite. */
export function PageField({ bot, site, part, field }: Props) {
  const { t } = useTranslation();
  const pages = usePages(bot, site);
  const known = pages.some(({ page }) => page === part);
  return (
    // What is chosen is set once the choices are there.
    <NativeSelect
      key={pages.length}
      size="md"
      label={t('tests.page')}
      description={t('tests.pageHint')}
      data={[
        { value: '', label: t('tests.anyPage') },
        ...(part && !known ? [{ value: part, label: t('tests.pageGone') }] : []),
        ...pages.map(({ page, url }) => ({ value: page ?? '', label: url })),
      ]}
      {...field}
    />
  );
}
