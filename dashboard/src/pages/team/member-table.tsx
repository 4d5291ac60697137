import { ActionIcon, NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { removeMember, setRole, teamChanged } from '../../api/members';
import { asProblem } from '../../api/problem';
import { renewSession } from '../../api/session';
import type { Me, Member, Role } from '../../api/types';
import { toast } from '../../app/toasts';
import { Avatar } from '../../parts/avatar';
import { Badge } from '../../parts/badge';
import { Confirm } from '../../parts/confirm';
import { TrashIcon } from '../../parts/icons';
import { useProblemText } from '../../parts/problem-text';
import table from '../../parts/table.module.css';
import { Ago } from '../../parts/time';
import { choice, loses, rights } from './roles';
import css from './team.module.css';

interface Props {
  me: Me;
  members: Member[];
  /** Of the whole team. */
  owners: number;
}

export function MemberTable({ me, members, owners }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Member>();
  const [asking, setAsking] = useState(false);
  const manages = me.permissions.includes('manage_members');
  const removing = useMutation({
    mutationFn: ({ id }: Member) => removeMember(id),
    onSuccess: async (_, { name }) => {
      setAsking(false);
      toast({ text: t('team.remove.done', { name }) });
      await teamChanged(client);
    },
  });

  return (
    <>
      <table className={table.stacked}>
        <thead>
          <tr>
            <th scope="col">{t('team.column.person')}</th>
            <th scope="col">{t('team.column.role')}</th>
            <th scope="col">{t('team.column.takes')}</th>
            <th scope="col">{t('team.column.joined')}</th>
            {manages && (
              <th>
                <span className="hidden-visually">{t('team.column.remove')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {members.map((member) => {
            const own = member.id === me.user.id;
            const { why } = choice(me.role, member.role, owners);
            return (
              <tr key={member.id}>
                <th scope="row">
                  <div className={css.person}>
                    <span aria-hidden="true">
                      <Avatar name={member.name} />
                    </span>
                    <div className={css.names}>
                      <span className={css.name} title={member.name}>
                        <bdi>{member.name}</bdi>
                      </span>
                      <span className={css.mail} title={member.email}>
                        {member.email}
                      </span>
                    </div>
                    {own && <Badge>{t('team.you')}</Badge>}
                  </div>
                </th>
                <td className={css.role}>{manages ? <RoleSelect me={me} member={member} owners={owners} /> : t(`team.role.${member.role}`)}</td>
                <td>
                  {rights.take.includes(member.role) ? (
                    <Badge tone={member.available ? 'success' : 'neutral'}>{t(member.available ? 'team.available' : 'team.away')}</Badge>
                  ) : (
                    <span className={css.none}>–</span>
                  )}
                </td>
                <td className={css.when}>
                  <Ago at={member.joined_at} />
                </td>
                {manages && (
                  <td className={css.tools}>
                    {!own && !why && (
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        size="lg"
                        aria-label={t('team.remove.label', { name: member.name })}
                        onClick={() => {
                          removing.reset();
                          setAsked(member);
                          setAsking(true);
                        }}
                      >
                        <TrashIcon size={18} />
                      </ActionIcon>
                    )}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      <Confirm
        opened={asking}
        title={t('team.remove.title', { name: asked?.name ?? '' })}
        verb={t('team.remove.verb')}
        busy={removing.isPending}
        error={removing.error}
        onConfirm={() => asked && removing.mutate(asked)}
        onCancel={() => setAsking(false)}
      >
        {t('team.remove.text')}
      </Confirm>
    </>
  );
}

function RoleSelect({ me, member, owners }: { me: Me; member: Member; owners: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const note = useId();
  const [wanted, setWanted] = useState<Role>();
  const own = member.id === me.user.id;
  const { roles, why } = choice(me.role, member.role, owners);
  const change = async (to: Role) => {
    await setRole(member.id, to);
    // A session bears the role, and what may be seen follows from it.
    if (own) await renewSession().then(() => client.invalidateQueries(meQuery));
    await teamChanged(client);
  };
  const changing = useMutation({
    mutationFn: change,
    onSuccess: (_, to) => {
      const from = member.role;
      setWanted(undefined);
      toast({
        text: t('team.changed', { name: member.name, role: t(`team.role.${to}`) }),
        undo: own ? undefined : () => changing.mutate(from),
      });
    },
  });
  const problem = useProblemText(changing.error ? asProblem(changing.error) : undefined);

  return (
    <>
      <NativeSelect
        size="sm"
        aria-label={t('team.roleOf', { name: member.name })}
        aria-describedby={why ? note : undefined}
        disabled={why !== undefined || changing.isPending}
        value={changing.isPending ? changing.variables : member.role}
        error={problem || undefined}
        onChange={({ currentTarget }) => {
          const to = currentTarget.value as Role;
          if (own && loses(member.role, to)) setWanted(to);
          else changing.mutate(to);
        }}
        data={roles.map((role) => ({ value: role, label: t(`team.role.${role}`) }))}
      />
      {why && (
        <p id={note} className={css.why}>
          {t(`team.${why}`)}
        </p>
      )}
      <Confirm
        opened={wanted !== undefined}
        title={t('team.own.title')}
        verb={t('team.own.verb')}
        busy={changing.isPending}
        error={changing.error}
        onConfirm={() => wanted && changing.mutate(wanted)}
        onCancel={() => setWanted(undefined)}
      >
        {t('team.own.text', { role: t(`team.role.${wanted ?? member.role}`) })}
      </Confirm>
    </>
  );
}
