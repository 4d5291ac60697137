import { useTranslation } from 'react-i18next';
import type { Status } from '../../api/conversations';
import { Badge, type Tone } from '../../parts/badge';

const tones: Record<string, Tone> = { bot: 'accent', waiting: 'warning', agent: 'info', closed: 'neutral' };

/** Who speaks for the business. */
export function StatusBadge({ status }: { status: string }) {
  const { t } = useTranslation();
  return <Badge tone={tones[status]}>{t(`conversations.status.${status as Status}`)}</Badge>;
}
