import { UnstyledButton } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { CloseIcon } from '../parts/icons';
import { useShortcuts } from './shortcuts';
import css from './toasts.module.css';

// One line about what was just done, with a way back where there is one.

interface Toast {
  text: string;
  tone?: 'danger';
  undo?: () => void;
}

/** Long enough to read it and to reach the button. */
const shownFor = 8000;

let shown: Toast | undefined;
const listeners = new Set<() => void>();

export function toast(next: Toast | undefined): void {
  shown = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toasts() {
  const { t } = useTranslation();
  const current = useSyncExternalStore(subscribe, () => shown);
  const undo = () => {
    toast(undefined);
    current?.undo?.();
  };
  useShortcuts(current?.undo ? { undo } : {});
  useEffect(() => {
    if (!current) return;
    const timer = setTimeout(() => toast(undefined), shownFor);
    return () => clearTimeout(timer);
  }, [current]);
  return (
    <div className={css.region} role="status">
      {current && (
        <div className={css.toast} data-tone={current.tone}>
          <span>{current.text}</span>
          {current.undo && (
            <UnstyledButton className={css.undo} onClick={undo}>
              {t('undo')}
            </UnstyledButton>
          )}
          <UnstyledButton className={css.close} aria-label={t('close')} onClick={() => toast(undefined)}>
            <CloseIcon size={16} />
          </UnstyledButton>
        </div>
      )}
    </div>
  );
}
