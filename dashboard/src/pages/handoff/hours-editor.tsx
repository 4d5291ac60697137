import { ActionIcon, Menu, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CloseIcon, MoreIcon, PlusIcon } from '../../parts/icons';
import { useNow } from '../../parts/use-now';
import css from './handoff.module.css';
import { another, clockIn, copy, type Day, days, type EditedHours, midnight, minutesOf, mistake, type Moment, type Span, standing, textOf, usual, type Week, workdays } from './hours';
import { dayName, momentName, spanName, timeName } from './times';
import { WeekPicture } from './week-picture';
import { ZoneSelect } from './zone-select';

interface Props {
  hours: EditedHours;
  onChange: (hours: EditedHours) => void;
  error?: string;
}

/** When people answer: always, or in hours of each day. */
export function HoursEditor({ hours, onChange, error }: Props) {
  const { t } = useTranslation();
  const { certain, zone, week } = hours;
  const now = clockIn(zone, new Date(Math.floor(useNow() / 60_000) * 60_000));
  const setWeek = (next: Week) => onChange({ ...hours, week: next });
  return (
    <>
      <SegmentedControl
        className={css.choice}
        fullWidth
        aria-label={t('handoff.choose')}
        value={certain ? 'certain' : 'always'}
        onChange={(value) => onChange({ ...hours, certain: value === 'certain' })}
        data={(['always', 'certain'] as const).map((value) => ({ value, label: t(`handoff.${value}`) }))}
      />
      {certain && (
        <>
          <div className={css.top}>
            <div className={css.zone}>
              <ZoneSelect zone={zone} onChange={(next) => onChange({ ...hours, zone: next })} />
              {now && <Now week={week} now={now} />}
            </div>
            <WeekPicture week={week} now={now} />
          </div>
          <div className={css.week}>
            {days.map((day) => (
              <DayRow key={day} day={day} spans={week[day]} onChange={(spans) => setWeek({ ...week, [day]: spans })} onCopy={(to) => setWeek(copy(week, day, to))} />
            ))}
          </div>
          {error && !days.some((day) => mistake(week[day])) && (
            <p className={css.error} role="alert">
              {error}
            </p>
          )}
        </>
      )}
    </>
  );
}

/** In words, what visitors would be told now. */
function Now({ week, now }: { week: Week; now: Moment }) {
  const { t } = useTranslation();
  if (days.some((day) => mistake(week[day]))) return null;
  const is = standing(week, now);
  const words = is.open
    ? is.until
      ? t('handoff.nowOpen', { time: momentName(is.until, now) })
      : t('handoff.nowAlways')
    : is.opens
      ? t('handoff.nowClosed', { time: momentName(is.opens, now) })
      : '';
  return (
    <p className={css.standing} role="status">
      <span className={css.dot} data-open={is.open} />
      <span>
        {words} <span className={css.dim}>{t('handoff.nowAt', { time: timeName(now.minutes) })}</span>
      </span>
    </p>
  );
}

interface DayProps {
  day: Day;
  spans: Span[];
  onChange: (spans: Span[]) => void;
  onCopy: (to: readonly Day[]) => void;
}

function DayRow({ day, spans, onChange, onCopy }: DayProps) {
  const { t } = useTranslation();
  const name = dayName(day);
  const wrong = mistake(spans);
  const next = another(spans);
  const change = (at: number, to: Partial<Span>) => onChange(spans.map((span, i) => (i === at ? { ...span, ...to } : span)));
  return (
    <div className={css.day} role="group" aria-label={name}>
      <Switch
        className={css.open}
        label={name}
        aria-label={t('handoff.open', { day: name })}
        checked={spans.length > 0}
        onChange={({ currentTarget }) => onChange(currentTarget.checked ? [usual] : [])}
      />
      <div className={css.spans}>
        {spans.length === 0 && <span className={css.shut}>{t('handoff.closed')}</span>}
        {spans.map((span, at) => (
          <div key={at} className={css.span}>
            {span.from === 0 && span.to === midnight ? (
              <span className={css.all}>{t('handoff.allDay')}</span>
            ) : (
              <>
                <TextInput
                  type="time"
                  size="sm"
                  aria-label={t('handoff.from', { day: name })}
                  aria-invalid={wrong !== undefined}
                  value={textOf(span.from)}
                  onChange={({ currentTarget: { value } }) => change(at, { from: minutesOf(value) })}
                />
                <span className={css.dim}>{t('handoff.until')}</span>
                <TextInput
                  type="time"
                  size="sm"
                  aria-label={t('handoff.to', { day: name })}
                  aria-invalid={wrong !== undefined}
                  // A clock's field has no 24:00; as an end, midnight is the day's.
                  value={textOf(span.to === midnight ? 0 : span.to)}
                  onChange={({ currentTarget: { value } }) => change(at, { to: minutesOf(value) || (value === '' ? NaN : midnight) })}
                />
              </>
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('handoff.removeSpan', { span: Number.isNaN(span.from + span.to) ? '' : spanName(span), day: name })}
              onClick={() => onChange(spans.filter((_, i) => i !== at))}
            >
              <CloseIcon size={16} />
            </ActionIcon>
          </div>
        ))}
        {wrong && (
          <p className={css.error} role="alert">
            {t(`handoff.mistake.${wrong}`)}
          </p>
        )}
      </div>
      <div className={css.tools}>
        {next && (
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('handoff.addSpan', { day: name })} onClick={() => onChange([...spans, next])}>
            <PlusIcon size={16} />
          </ActionIcon>
        )}
        <Menu withinPortal={false}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('handoff.more', { day: name })}>
              <MoreIcon size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onCopy(workdays)}>{t('handoff.copyWorkdays')}</Menu.Item>
            <Menu.Item onClick={() => onCopy(days)}>{t('handoff.copyAll')}</Menu.Item>
            <Menu.Item onClick={() => onChange([{ from: 0, to: midnight }])}>{t('handoff.openAllDay')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </div>
  );
}
