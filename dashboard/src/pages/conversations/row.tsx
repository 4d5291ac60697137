import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../api/types';
import { Ago } from '../../parts/time';
import { plain } from '../../parts/plain';
import css from './row.module.css';
import { StatusBadge } from './status';

/** A conversation in a short list of an owner's page. */
export function ConversationRow({ conversation, bot }: { conversation: Conversation; bot?: string }) {
  const { t } = useTranslation();
  return (
    <Link
      to="/conversations/$conversation"
      params={{ conversation: conversation.id }}
      className={css.row}
    >
      <span className={css.preview} dir="auto">{plain(conversation.preview) || t('conversations.noText')}</span>
      <span className={css.facts}>
        <StatusBadge status={conversation.status} />
        {bot && <span className={css.bot}>{bot}</span>}
        <Ago at={conversation.updated_at} />
      </span>
    </Link>
  );
}
