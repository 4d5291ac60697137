import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** Found by its city, its continent or its distance from Greenwich. */
export function ZoneSelect({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const { t } = useTranslation();
  const zones = useMemo(() => zonesWith(zone), [zone]);
  return (
    <Select
      label={t('handoff.zone')}
      description={t('handoff.zoneHint')}
      data={zones}
      value={zone}
      onChange={(next) => next && onChange(next)}
      searchable
      allowDeselect={false}
      limit={60}
      maxDropdownHeight={280}
      comboboxProps={{ shadow: 'md', withinPortal: false }}
    />
  );
}

/** Browsers list some zones by names that nobody types any more. */
const renamed: Record<string, string> = {
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
};

function zonesWith(chosen: string): { value: string; label: string }[] {
  const now = new Date();
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone').map((zone) => renamed[zone] ?? zone), chosen])].map((value) => ({
    value,
    label: `${value.replaceAll('_', ' ')} (${offset(value, now)})`,
  }));
}

/** "GMT+2", as it is there now. */
function offset(zone: string, at: Date): string {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(at);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  } catch {
    return '?'; // the server knows it, this browser does not
  }
}
