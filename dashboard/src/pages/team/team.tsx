import { Button, TextInput } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { membersQuery } from '../../api/members';
import type { Member } from '../../api/types';
import '../../i18n/people';
import { PlusIcon, SearchIcon } from '../../parts/icons';
import { Card, Page } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import { HandOver } from './hand-over';
import { Invitations } from './invitations';
import { Invite } from './invite';
import { MemberTable } from './member-table';
import { RightsTable } from './rights-table';
import css from './team.module.css';

/** From so many members on, one has to be found. */
const many = 12;

/** Who works here, who was invited, and what each role may do. */
export default function Team() {
  const { t } = useTranslation();
  const me = useSuspenseQuery(meQuery).data;
  const members = useQuery(membersQuery);
  const [inviting, setInviting] = useState(false);
  const [typed, setTyped] = useState('');
  const manages = me.permissions.includes('manage_members');
  const shown = members.data?.filter(fits(typed)) ?? [];

  return (
    <Page
      title={t('team.title')}
      state={members.data && t('team.count', { count: members.data.length })}
      action={
        manages &&
        !inviting && (
          <Button leftSection={<PlusIcon size={16} />} onClick={() => setInviting(true)}>
            {t('team.invite.open')}
          </Button>
        )
      }
    >
      {inviting && manages && <Invite acting={me.role} close={() => setInviting(false)} />}
      {members.isPending ? (
        <Loading />
      ) : members.isError ? (
        <Failure error={members.error} retry={() => void members.refetch()} />
      ) : (
        <section className={css.members} aria-label={t('team.members')}>
          {members.data.length >= many && (
            <TextInput
              className={css.find}
              size="sm"
              aria-label={t('team.find')}
              placeholder={t('team.find')}
              leftSection={<SearchIcon size={16} />}
              value={typed}
              onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          )}
          {shown.length > 0 ? (
            <MemberTable me={me} members={shown} owners={members.data.filter(({ role }) => role === 'owner').length} />
          ) : (
            <p className={css.none} role="status">
              {t('team.noneFits')}
            </p>
          )}
        </section>
      )}
      {manages && <Invitations />}
      {me.permissions.includes('own') && members.data && <HandOver me={me} members={members.data} />}
      <Card title={t('team.roles.title')}>
        <RightsTable />
      </Card>
    </Page>
  );
}

function fits(typed: string): (member: Member) => boolean {
  const words = typed.trim().toLocaleLowerCase();
  return ({ name, email }) => `${name}\n${email}`.toLocaleLowerCase().includes(words);
}
