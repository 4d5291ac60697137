import { useTranslation } from 'react-i18next';
import type { Status } from '../../api/types';
import { Badge, type Tone } from '../../parts/badge';

export const tones: Record<Status, Tone> = { bot: 'accent', waiting: 'warning', agent: 'info', closed: 'neutral' };

/** Who speaks for the business. */
export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Badge tone={tones[status]}>{t(`conversations.status.${status}`)}</Badge>;
}
