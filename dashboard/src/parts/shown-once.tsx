import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyBlock } from './copy';
import { Card } from './page';

interface Props {
  title: string;
  note: string;
  label: string;
  text: string;
  /** On the button by which it goes away for good. */
  verb: string;
  close: () => void;
  children?: ReactNode;
}

/** A secret that is told this once. It stays until somebody says that they have it. */
export function ShownOnce({ title, note, label, text, verb, close, children }: Props) {
  return (
    <Card title={title} note={note}>
      <div role="status">
        <CopyBlock label={label} text={text} />
      </div>
      {children}
      <div>
        <Button variant="default" onClick={close}>
          {verb}
        </Button>
      </div>
    </Card>
  );
}
