import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/account';
import type { Permission } from '../api/types';
import css from './permission.module.css';

/** Whether the user's role allows something. The server decides; this only hides what it would refuse. */
export function useMay(what: Permission): boolean {
  return useQuery(meQuery).data?.permissions.includes(what) ?? false;
}

/** Says why a page has no controls. */
export function LookOnly({ what = 'text' }: { what?: 'text' | 'ask' | 'replies' }) {
  const { t } = useTranslation();
  return <p className={css.note}>{t(`lookOnly.${what}`)}</p>;
}
