import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import css from './settings.module.css';

/** The most that the server takes: a year, in minutes. */
export const longest = 525_600;

const choices = { never: 0, hour: 60, hours: 480, day: 1440, days: 4320, week: 10_080 } as const;
const units = { minutes: 1, hours: 60, days: 1440 } as const;
const names = <T extends object>(of: T) => Object.keys(of) as (keyof T)[];
const choiceOf = (minutes: number) => names(choices).find((name) => choices[name] === minutes);

type Unit = keyof typeof units;

/** A time as it is typed. */
interface Amount {
  amount: string;
  unit: Unit;
}

interface Props {
  minutes: number; // 0: never; NaN: what is typed is no time
  onChange: (minutes: number) => void;
  error?: string;
}

/** After how long without a message a conversation closes: one of the usual times, or any other. */
export function CloseAfter({ minutes, onChange, error }: Props) {
  const { t } = useTranslation();
  const [own, setOwn] = useState(() => (choiceOf(minutes) ? undefined : parts(minutes)));
  const type = ({ amount, unit }: Amount) => {
    setOwn({ amount, unit });
    onChange(minutesOf({ amount, unit }));
  };
  return (
    <>
      <NativeSelect
        size="md"
        className={css.choice}
        label={t('settings.close')}
        description={t('settings.closeHint')}
        value={own ? 'own' : choiceOf(minutes)}
        onChange={({ currentTarget: { value } }) => {
          const choice = names(choices).find((name) => name === value);
          if (!choice) return type(parts(minutes || choices.hour));
          setOwn(undefined);
          onChange(choices[choice]);
        }}
        data={[...names(choices), 'own' as const].map((name) => ({ value: name, label: t(`settings.closeAfter.${name}`) }))}
      />
      {own && (
        <div className={css.own}>
          <TextInput
            type="number"
            step="any"
            inputMode="decimal"
            label={t('settings.closeAmount')}
            value={own.amount}
            error={error}
            onChange={({ currentTarget: { value } }) => type({ ...own, amount: value })}
          />
          <NativeSelect
            size="md"
            label={t('settings.closeUnit')}
            value={own.unit}
            onChange={({ currentTarget: { value } }) => type({ ...own, unit: value as Unit })}
            data={names(units).map((unit) => ({ value: unit, label: t(`settings.closeUnits.${unit}`) }))}
          />
        </div>
      )}
    </>
  );
}

/** Minutes in the largest unit that keeps them whole: 90 → 90 minutes, 120 → 2 hours. */
export function parts(minutes: number): Amount {
  const unit = names(units).findLast((name) => minutes % units[name] === 0) ?? 'minutes';
  return { amount: String(minutes / units[unit]), unit };
}

/** What was typed, in whole minutes; NaN where it is no time from a minute to a year. */
export function minutesOf({ amount, unit }: Amount): number {
  const minutes = Math.round(Number(amount) * units[unit]);
  return amount.trim() !== '' && minutes >= 1 && minutes <= longest ? minutes : NaN;
}
