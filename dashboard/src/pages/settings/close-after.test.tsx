import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { show } from '../../test/show';
import { CloseAfter, minutesOf, parts } from './close-after';

test.each([
  [90, '90', 'minutes'],
  [120, '2', 'hours'],
  [2880, '2', 'days'],
  [1500, '25', 'hours'],
  [525_600, '365', 'days'],
] as const)('%i minutes are %s %s', (minutes, amount, unit) => {
  expect(parts(minutes)).toEqual({ amount, unit });
  expect(minutesOf({ amount, unit })).toBe(minutes);
});

test.each(['', ' ', '0', '-1', '366', 'a day', '1e9'])('%j days are no time', (amount) => {
  expect(minutesOf({ amount, unit: 'days' })).toBeNaN();
});

async function choosing(from: number) {
  const changed = vi.fn();
  function Form() {
    const [minutes, setMinutes] = useState(from);
    return (
      <CloseAfter
        minutes={minutes}
        onChange={(next) => {
          changed(next);
          setMinutes(next);
        }}
      />
    );
  }
  await show(<Form />);
  return changed;
}
const select = () => screen.getByRole('combobox', { name: 'Close idle conversations after' });

test('one of the usual times is chosen by its name', async () => {
  const changed = await choosing(0);
  expect(select()).toHaveProperty('value', 'never');
  await userEvent.selectOptions(select(), '3 days');
  expect(changed).toHaveBeenLastCalledWith(4320);
  expect(screen.queryByLabelText('How long')).toBeNull();
});

test('another time is typed in its own unit', async () => {
  const changed = await choosing(1440);
  await userEvent.selectOptions(select(), 'Another time');
  const amount = screen.getByLabelText('How long');
  expect(amount).toHaveProperty('value', '1');
  await userEvent.clear(amount);
  expect(changed).toHaveBeenLastCalledWith(NaN);
  await userEvent.type(amount, '2');
  await userEvent.selectOptions(screen.getByLabelText('Unit'), 'hours');
  expect(changed).toHaveBeenLastCalledWith(120);
  expect(select()).toHaveProperty('value', 'own');
});

test('a time that is none of the usual ones is shown as it is', async () => {
  await choosing(90);
  expect(select()).toHaveProperty('value', 'own');
  expect(screen.getByLabelText('How long')).toHaveProperty('value', '90');
});
