import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../api/types';
import { Badge } from '../../parts/badge';
import table from '../../parts/table.module.css';
import { Ago } from '../../parts/time';
import { actionWords } from './action';
import css from './audit.module.css';

export function AuditTable({ entries }: { entries: AuditEntry[] }) {
  const { t } = useTranslation();
  return (
    <table className={table.stacked}>
      <thead>
        <tr>
          {(['when', 'who', 'what', 'target', 'address'] as const).map((column) => (
            <th key={column} scope="col">
              {t(`audit.column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function Entry({ entry: { at, actor, action, target, address, outcome } }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  return (
    <tr>
      <td className={css.when}>
        <Ago at={at} />
      </td>
      <th scope="row" className={css.who} title={actor.id ? t('audit.details', { id: actor.id }) : undefined}>
        <bdi>{actor.name || t(actor.kind === 'user' ? 'audit.somebody' : `audit.kind.${actor.kind}`)}</bdi>
        {actor.kind !== 'user' && actor.name && <span className={css.kind}>{t(`audit.kind.${actor.kind}`)}</span>}
      </th>
      <td title={action}>
        {actionWords(action)}
        {outcome !== 'ok' && (
          <span className={css.outcome} title={outcome}>
            <Badge tone="warning">{t('audit.refused')}</Badge>
          </span>
        )}
      </td>
      <td className={css.target}>
        <Target id={target} />
      </td>
      <td className={css.address}>{address}</td>
    </tr>
  );
}

/** What something was done to; a way there, if it has a page. */
function Target({ id }: { id: string }) {
  if (id.startsWith('cnv_')) {
    return (
      <Link to="/conversations/$conversation" params={{ conversation: id }}>
        <code>{id}</code>
      </Link>
    );
  }
  if (id.startsWith('bot_')) {
    return (
      <Link to="/bots/$bot" params={{ bot: id }}>
        <code>{id}</code>
      </Link>
    );
  }
  return <code>{id}</code>;
}
