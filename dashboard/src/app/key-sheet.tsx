import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import '../i18n/inbox';
import { Dialog } from '../parts/dialog';
import { type Command, keys } from './keys';
import css from './key-sheet.module.css';

const groups: Record<'list' | 'conversation' | 'go' | 'everywhere', Command[]> = {
  list: ['next', 'previous', 'search'],
  conversation: ['take', 'reply', 'note', 'release', 'assign', 'snooze', 'close'],
  go: ['mine', 'waiting', 'unassigned', 'bot', 'closed'],
  everywhere: ['palette', 'undo', 'help'],
};

/** Which keys do what. */
export default function KeySheet({ close }: { close: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog opened close={close} title={t('shortcuts.title')} size="lg">
      <div className={css.groups}>
        {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => (
          <section key={group}>
            <h3 className={css.title}>{t(`shortcuts.groups.${group}`)}</h3>
            <dl className={css.keys}>
              {groups[group].map((command) => (
                <Key key={command} name={t(`shortcuts.command.${command}`)} combination={keys[command]} />
              ))}
              {group === 'list' && <Key name={t('shortcuts.openRow')} combination="Enter" />}
              {group === 'conversation' && (
                <>
                  <Key name={t('shortcuts.send')} combination="Enter" />
                  <Key name={t('shortcuts.newLine')} combination="Shift Enter" />
                </>
              )}
              {group === 'everywhere' && <Key name={t('shortcuts.leave')} combination="Esc" />}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Key({ name, combination }: { name: string; combination: string }) {
  const { t } = useTranslation();
  const parts = combination.split(' ');
  const together = parts[0] === 'Ctrl' || parts[0] === 'Shift';
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {parts.map((part, i) => (
          <Fragment key={part}>
            {i > 0 && (together ? ' + ' : ` ${t('shortcuts.then')} `)}
            <kbd>{part.length === 1 ? part.toUpperCase() : part}</kbd>
          </Fragment>
        ))}
      </dd>
    </div>
  );
}
