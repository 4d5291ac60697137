import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Hours between two readings; 0: by hand only. A whole site is read once a day at most. */
const choices = { page: [0, 1, 24, 168, 720], site: [0, 24, 168, 720] } as const;

/** When what is on the web is read again. */
export function Schedule({
  of,
  hours,
  disabled,
  onChange,
}: {
  of: keyof typeof choices;
  hours: number;
  disabled?: boolean;
  onChange: (hours: number) => void;
}) {
  const { t } = useTranslation();
  const offered: number[] = [...choices[of]];
  if (!offered.includes(hours)) offered.push(hours); // set over the API
  return (
    <NativeSelect
      label={t('knowledge.schedule.label')}
      disabled={disabled}
      value={hours}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
      data={offered.map((each) => ({ value: String(each), label: name(each) }))}
    />
  );

  function name(each: number): string {
    switch (each) {
      case 0:
        return t('knowledge.schedule.never');
      case 1:
        return t('knowledge.schedule.hourly');
      case 24:
        return t('knowledge.schedule.daily');
      case 168:
        return t('knowledge.schedule.weekly');
      case 720:
        return t('knowledge.schedule.monthly');
      default:
        return t('knowledge.schedule.hours', { count: each });
    }
  }
}
