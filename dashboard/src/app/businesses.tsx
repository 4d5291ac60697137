import { Menu } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { membershipsQuery, switchTenant } from '../api/business';
import { asProblem } from '../api/problem';
import { useProblemText } from '../parts/problem-text';
import css from './shell.module.css';
import { tellWindows } from './windows';

/** The person's other businesses, in the account's menu. Nothing for the many who have one. */
export function Businesses() {
  const { t } = useTranslation();
  const others = useQuery(membershipsQuery).data?.filter(({ current }) => !current) ?? [];
  const switching = useMutation({
    mutationFn: switchTenant,
    // Everything that is open belongs to the business that is left, its socket too: it begins anew.
    onSuccess: () => {
      tellWindows();
      window.location.assign('/');
    },
  });
  const problem = useProblemText(switching.error ? asProblem(switching.error) : undefined);
  if (others.length === 0) return null;
  return (
    <>
      <Menu.Label>{t('account.businesses')}</Menu.Label>
      {others.map(({ id, name, role }) => (
        <Menu.Item
          key={id}
          closeMenuOnClick={false}
          disabled={switching.isPending}
          rightSection={<span className={css.role}>{t(`team.role.${role}`)}</span>}
          onClick={() => switching.mutate(id)}
        >
          <bdi className={css.place}>{name}</bdi>
        </Menu.Item>
      ))}
      {problem && (
        <p className={css.problem} role="alert">
          {problem}
        </p>
      )}
      <Menu.Divider />
    </>
  );
}
