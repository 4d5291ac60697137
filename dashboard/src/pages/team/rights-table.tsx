import { useTranslation } from 'react-i18next';
import { CheckIcon } from '../../parts/icons';
import { rights, roles, type Right } from './roles';
import css from './team.module.css';

export function RightsTable() {
  const { t } = useTranslation();
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t('team.roles.title')}>
      <table className={css.rights}>
        <thead>
          <tr>
            <th scope="col">{t('team.roles.right')}</th>
            {roles.map((role) => (
              <th key={role} scope="col">
                {t(`team.role.${role}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(Object.keys(rights) as Right[]).map((right) => (
            <tr key={right}>
              <th scope="row">{t(`team.roles.${right}`)}</th>
              {roles.map((role) => {
                const allowed = rights[right].includes(role);
                return (
                  <td key={role} data-yes={allowed}>
                    {allowed ? <CheckIcon size={18} /> : <span aria-hidden="true">–</span>}
                    <span className="hidden-visually">{allowed ? t('team.roles.yes') : t('team.roles.no')}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
