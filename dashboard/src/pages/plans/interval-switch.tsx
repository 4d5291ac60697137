import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Interval } from '../../api/types';
import '../../i18n/plan';

interface Props {
  intervals: Interval[];
  value: Interval;
  onChange: (interval: Interval) => void;
}

/** By the month or by the year, where there is a choice. */
export function IntervalSwitch({ intervals, value, onChange }: Props) {
  const { t } = useTranslation();
  if (intervals.length < 2) return null;
  return (
    <SegmentedControl
      size="sm"
      aria-label={t('plans.pay')}
      value={value}
      onChange={(chosen) => onChange(chosen as Interval)}
      data={intervals.map((interval) => ({ value: interval, label: t(`plans.interval.${interval}`) }))}
    />
  );
}
