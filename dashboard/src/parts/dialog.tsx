import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CloseIcon } from './icons';
import css from './dialog.module.css';

interface Props {
  opened: boolean;
  close: () => void;
  /** Shown at its top; with `bare`, only said of it. */
  title: string;
  bare?: boolean;
  size?: number | string;
  children: ReactNode;
}

/** What must be decided or found now. Mantine's own one calls its head the page's header. */
export function Dialog({ opened, close, title, bare = false, size = 'md', children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={opened} onClose={close} size={size} radius={10} centered={!bare} yOffset="12vh" lockScroll={false} transitionProps={{ duration: 140, exitDuration: 0 }}>
      <Modal.Overlay color="var(--scrim)" backgroundOpacity={1} />
      <Modal.Content>
        <div className={bare ? 'hidden-visually' : css.head}>
          <Modal.Title className={css.title}>{title}</Modal.Title>
          {!bare && (
            <button type="button" className={css.close} aria-label={t('close')} onClick={close}>
              <CloseIcon />
            </button>
          )}
        </div>
        {bare ? children : <Modal.Body>{children}</Modal.Body>}
      </Modal.Content>
    </Modal.Root>
  );
}
