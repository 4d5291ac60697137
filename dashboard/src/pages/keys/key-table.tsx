import { ActionIcon, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '../../api/bots';
import type { ApiKey } from '../../api/types';
import { date, exact } from '../../i18n/format';
import { Badge } from '../../parts/badge';
import { MoreIcon } from '../../parts/icons';
import { Ago } from '../../parts/time';
import css from './keys.module.css';
import type { Doing } from './keys';

interface Props {
  keys: ApiKey[];
  act: (what: Doing, key: ApiKey) => void;
}

export function KeyTable({ keys, act }: Props) {
  const { t } = useTranslation();
  const bots = useQuery(botsQuery).data;
  const nameOf = (bot: string) => bots?.find(({ id }) => id === bot)?.name ?? t('keys.unknownBot');
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{t('keys.column.name')}</th>
          <th scope="col">{t('keys.column.may')}</th>
          <th scope="col">{t('keys.column.used')}</th>
          <th scope="col">{t('keys.column.expires')}</th>
          <th>
            <span className="hidden-visually">{t('keys.column.more')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row" className={css.key}>
              <span className={css.name}>
                <bdi>{key.name}</bdi>
              </span>
              <code className={css.prefix}>{key.prefix}…</code>
              {key.addresses.length > 0 && (
                <span className={css.dim}>{t('keys.from', { addresses: key.addresses.join(', ') })}</span>
              )}
            </th>
            <td>
              <span className={css.scopes}>
                {key.scopes.map((scope) => (
                  <Badge key={scope}>{t(`keys.scope.${scope}`)}</Badge>
                ))}
              </span>
              {key.bot && <span className={css.dim}>{t('keys.botOnly', { name: nameOf(key.bot) })}</span>}
            </td>
            <td className={css.when} data-label={t('keys.column.used')}>
              {key.used_at ? <Ago at={key.used_at} /> : t('keys.never')}
            </td>
            <td className={css.when} data-label={t('keys.column.expires')}>
              <Expiry at={key.expires_at} />
            </td>
            <td className={css.tools}>
              <Menu>
                <Menu.Target>
                  <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('keys.actions', { name: key.name })}>
                    <MoreIcon size={18} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => act('edit', key)}>{t('keys.edit.open')}</Menu.Item>
                  <Menu.Item onClick={() => act('rotate', key)}>{t('keys.rotate.open')}</Menu.Item>
                  <Menu.Divider />
                  <Menu.Item color="danger" onClick={() => act('end', key)}>
                    {t('keys.end.open')}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Expiry({ at }: { at?: string }) {
  const { t } = useTranslation();
  if (!at) return <>{t('keys.never')}</>;
  const end = new Date(at);
  if (end <= new Date()) return <Badge tone="danger">{t('keys.ended')}</Badge>;
  return (
    <time dateTime={at} title={exact(end)}>
      {date(end)}
    </time>
  );
}
