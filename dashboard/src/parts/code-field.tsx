import { TextInput, type TextInputProps } from '@mantine/core';
import css from './code-field.module.css';

/** The six digits that an authenticator app shows. Phones offer them, and their digits, by themselves. */
export function CodeField(props: TextInputProps) {
  return (
    <TextInput
      classNames={{ input: css.digits }}
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="\s*([0-9]\s*){6}"
      maxLength={12}
      required
      withAsterisk={false}
      {...props}
    />
  );
}
