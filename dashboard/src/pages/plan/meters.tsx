import { useTranslation } from 'react-i18next';
import type { Usage } from '../../api/types';
import { count, date } from '../../i18n/format';
import '../../i18n/plan';
import { Meter } from '../../parts/meter';
import { counted, type Counted } from '../plans/terms';
import css from './plan.module.css';

/** How much of the plan is used. Answers are counted by the month, all else as it is now. */
export function Meters({ usage }: { usage: Usage }) {
  const { t } = useTranslation();
  return (
    <div className={css.meters}>
      {counted.map((what) => {
        const { used } = usage[what];
        // Beyond what is included the bar stays full, and the words say by how much.
        const limit = what === 'answers' ? usage.answers.included : usage[what].limit;
        const words = { used: count(used), limit: count(limit ?? 0) };
        const text = limit === null ? t('usage.noLimit', words) : t('usage.ofLimit', words);
        return <Meter key={what} name={t(`usage.what.${what}`)} used={used} limit={limit} text={text} note={<Note what={what} usage={usage} />} />;
      })}
    </div>
  );
}

function Note({ what, usage }: { what: Counted; usage: Usage }) {
  const { t } = useTranslation();
  const { answers, period } = usage;
  if (what !== 'answers') {
    const { used, limit } = usage[what];
    return limit !== null && used >= limit ? <>{t('usage.full')}</> : null;
  }
  const notes = [];
  if (answers.over > 0) notes.push(t('usage.over', { number: count(answers.over) }));
  else if (answers.included !== null && answers.used >= answers.included) notes.push(t('usage.full'));
  if (answers.included !== null) notes.push(t('usage.resets', { date: date(new Date(period.end)) }));
  return <>{notes.join(' · ')}</>;
}
