import { useTranslation } from 'react-i18next';
import { barsOf, days, mistake, type Moment, type Week } from './hours';
import css from './handoff.module.css';
import { dayName, spanName } from './times';

const marks = [0, 6, 12, 18, 24];

/** The week as seven bars, and where in it we are. */
export function WeekPicture({ week, now }: { week: Week; now?: Moment }) {
  const { t } = useTranslation();
  const described = days
    .map((day) => {
      const told = mistake(week[day]) === undefined && week[day].length > 0;
      return t('handoff.pictureDay', { day: dayName(day), spans: told ? week[day].map(spanName).join(', ') : t('handoff.closed') });
    })
    .join('; ');
  return (
    <div className={css.picture} role="img" aria-label={t('handoff.picture', { week: described })}>
      {days.map((day) => (
        <div key={day} className={css.line}>
          <span className={css.short} data-today={day === now?.day}>
            {dayName(day, 'short')}
          </span>
          <span className={css.track}>
            {barsOf(week[day]).map(({ start, length }) => (
              <span key={start} className={css.bar} style={{ insetInlineStart: `${start * 100}%`, width: `${length * 100}%` }} />
            ))}
            {day === now?.day && <span className={css.now} style={{ insetInlineStart: `${(now.minutes / 1440) * 100}%` }} />}
          </span>
        </div>
      ))}
      <div className={css.line}>
        <span className={css.short} />
        <span className={css.scale}>
          {marks.map((mark) => (
            <span key={mark} style={{ insetInlineStart: `${(mark / 24) * 100}%` }}>
              {mark}
            </span>
          ))}
        </span>
      </div>
    </div>
  );
}
