import { ActionIcon, Popover, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { labelsQuery, visitorQuery } from '../../api/inbox';
import type { Conversation, Label } from '../../api/types';
import { languageName } from '../../i18n/format';
import type { Room } from '../../live/room';
import { Avatar } from '../../parts/avatar';
import { Badge } from '../../parts/badge';
import { CheckIcon, CloseIcon, PlusIcon } from '../../parts/icons';
import { Failure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import { plain } from '../../parts/plain';
import type { Actions } from './actions';
import css from './contact.module.css';
import { useCost } from './cost';
import { LabelMark } from './label-mark';
import { useMe } from './people';
import { StatusBadge } from './status';
import { VisitorPrivacy } from './visitor-privacy';

interface Props {
  c: Conversation;
  room: Room;
  actions: Actions;
  close: () => void;
  label: string;
}

/** Who the visitor is, as far as they or the page have said. */
export function ContactPanel(props: Props) {
  // The log is what one opens a conversation for: this is filled when that is drawn.
  const drawn = useDeferredValue(true, false);
  return (
    <aside
      className={css.panel}
      aria-label={props.label}
      onKeyDown={({ key, defaultPrevented }) => key === 'Escape' && !defaultPrevented && props.close()}
    >
      {drawn && <Known {...props} />}
    </aside>
  );
}

function Known({ c, room, actions, close }: Props) {
  const { t } = useTranslation();
  const { name, email, phone } = c.contact;
  const page = room.page || c.page;
  const fields = Object.entries(c.fields ?? {});
  const cost = useCost(c.id);
  return (
    <>
      <header className={css.head}>
        <Avatar name={name || email || t('conversations.visitor')} size="large" quiet />
        <div className={css.who}>
          <h3>
            <bdi>{name || email || t('conversations.visitor')}</bdi>
          </h3>
          <p className={css.here} data-here={room.visitor}>
            {room.visitor ? t('inbox.contact.here') : t('inbox.contact.gone')}
          </p>
        </div>
        <UnstyledButton className={css.close} aria-label={t('close')} onClick={close}>
          <CloseIcon />
        </UnstyledButton>
      </header>
      {c.blocked && (
        <p>
          <Badge tone="danger">{t('inbox.contact.blocked')}</Badge>
        </p>
      )}
      {!name && !email && !phone && <p className={css.dim}>{t('inbox.contact.unknown')}</p>}
      <dl className={css.facts}>
        {email && (
          <Fact name={t('inbox.contact.email')}>
            <a href={`mailto:${encodeURIComponent(email)}`}>{email}</a>
          </Fact>
        )}
        {phone && <Fact name={t('inbox.contact.phone')}>{phone}</Fact>}
        {page && (
          <Fact name={t('inbox.contact.page')}>
            {/^https?:/.test(page) ? (
              <a href={page} title={page} target="_blank" rel="noopener noreferrer nofollow">
                {page.replace(/^https?:\/\//, '').replace(/\/$/, '')}
              </a>
            ) : (
              page
            )}
          </Fact>
        )}
        {c.locale && <Fact name={t('inbox.contact.locale')}>{languageName(c.locale)}</Fact>}
        <Fact name={t('inbox.contact.began')}>
          <Ago at={c.created_at} />
        </Fact>
        {cost && <Fact name={t('inbox.contact.answers')}>{cost}</Fact>}
      </dl>
      <Labels c={c} actions={actions} />
      {fields.length > 0 && (
        <section>
          <h4>{t('inbox.contact.fields')}</h4>
          <p className={css.dim}>{t('inbox.contact.fieldsNote')}</p>
          <dl className={css.fields}>
            {fields.map(([field, value]) => (
              <Fact key={field} name={field}>
                {value}
              </Fact>
            ))}
          </dl>
        </section>
      )}
      <Earlier c={c} />
      <VisitorPrivacy visitor={c.visitor} name={name || email || t('conversations.visitor')} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}

/** More would be a long wait to scroll through. */
const mostShown = 60;

function Labels({ c, actions }: { c: Conversation; actions: Actions }) {
  const { t } = useTranslation();
  const { mayTake } = useMe();
  const labels = useQuery(labelsQuery).data ?? [];
  const own = labels.filter(({ id }) => c.labels.includes(id));
  const without = (gone: string) => c.labels.filter((id) => id !== gone);
  return (
    <section>
      <h4>{t('inbox.contact.labels')}</h4>
      <div className={css.labels}>
        {own.map((label) => (
          <LabelMark key={label.id} label={label}>
            {mayTake && (
              <UnstyledButton
                className={css.remove}
                aria-label={t('inbox.contact.removeLabel', { name: label.name })}
                onClick={() => actions.label(without(label.id))}
              >
                <CloseIcon size={12} />
              </UnstyledButton>
            )}
          </LabelMark>
        ))}
        {mayTake && (
          <LabelPicker
            labels={labels}
            chosen={c.labels}
            toggle={(id) => actions.label(c.labels.includes(id) ? without(id) : [...c.labels, id])}
          />
        )}
      </div>
    </section>
  );
}

function LabelPicker({ labels, chosen, toggle }: { labels: Label[]; chosen: string[]; toggle: (id: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const fits = labels.filter(({ name }) => name.toLocaleLowerCase().includes(typed.trim().toLocaleLowerCase()));
  return (
    <Popover width={240} position="bottom-start" shadow="md" trapFocus returnFocus withinPortal={false} onClose={() => setTyped('')}>
      <Popover.Target>
        <ActionIcon variant="default" size={22} aria-label={t('inbox.contact.addLabel')} className={css.add}>
          <PlusIcon size={14} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={css.picker} aria-label={t('inbox.contact.labels')}>
        <TextInput
          size="sm"
          aria-label={t('inbox.contact.findLabel')}
          placeholder={t('inbox.contact.findLabel')}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          data-autofocus
        />
        {fits.length === 0 && <p className={css.dim}>{labels.length === 0 ? t('inbox.contact.noLabels') : t('inbox.contact.noLabelFits')}</p>}
        <ul className={css.choices}>
          {fits.slice(0, mostShown).map((label) => (
            <li key={label.id}>
              <UnstyledButton className={css.choice} aria-pressed={chosen.includes(label.id)} onClick={() => toggle(label.id)}>
                <LabelMark label={label} />
                {chosen.includes(label.id) && <CheckIcon size={16} />}
              </UnstyledButton>
            </li>
          ))}
        </ul>
        {fits.length > mostShown && <p className={css.dim}>{t('inbox.contact.tooManyLabels')}</p>}
      </Popover.Dropdown>
    </Popover>
  );
}

function Earlier({ c }: { c: Conversation }) {
  const { t } = useTranslation();
  const visitor = useQuery(visitorQuery(c.visitor));
  const others = visitor.data?.conversations.filter(({ id }) => id !== c.id) ?? [];
  return (
    <section>
      <h4>{t('inbox.contact.earlier')}</h4>
      {visitor.isPending ? (
        <Loading lines={2} />
      ) : visitor.isError ? (
        <Failure error={visitor.error} retry={() => void visitor.refetch()} />
      ) : others.length === 0 ? (
        <p className={css.dim}>{t('inbox.contact.noEarlier')}</p>
      ) : (
        <ul className={css.earlier}>
          {others.map((other) => (
            <li key={other.id}>
              <Link to="/conversations/$conversation" params={{ conversation: other.id }} search={(search) => search}>
                <span className={css.said} dir="auto">
                  {plain(other.preview) || t('conversations.noText')}
                </span>
                <span className={css.meta}>
                  <StatusBadge status={other.status} />
                  <Ago at={other.updated_at} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
