import { Button, Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, type Problem } from '../api/problem';
import { RetryIcon, WarningIcon } from './icons';
import { useMay } from './permission';
import { useProblemText } from './problem-text';
import css from './states.module.css';

/** Nothing here yet: one sentence and one thing to do. */
export function Empty({ icon, title, children, action }: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css.empty}>
      {icon && <div className={css.drawing}>{icon}</div>}
      <p className={css.title}>{title}</p>
      {children && <p className={css.text}>{children}</p>}
      {action}
    </div>
  );
}

/** What happened, what to do, and the id to name when asking for help. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  const text = useProblemText(problem);
  return (
    <div className={css.failure} role="alert">
      <WarningIcon />
      <div className={css.words}>
        <p className={css.title}>{t('failure.title')}</p>
        <p className={css.text}>
          {text}
          <WayOut problem={problem} />
        </p>
        {problem.requestId && <p className={css.id}>{t('failure.request', { id: problem.requestId })}</p>}
      </div>
      {retry && (
        <Button variant="default" size="sm" leftSection={<RetryIcon size={16} />} onClick={retry}>
          {t('failure.retry')}
        </Button>
      )}
    </div>
  );
}

/** The same beside a form's button: one line. */
export function FormFailure({ error }: { error: unknown }) {
  const problem = error ? asProblem(error) : undefined;
  const text = useProblemText(problem);
  const { t } = useTranslation();
  if (!problem) return null;
  return (
    <p className={css.line} role="alert">
      {text}
      <WayOut problem={problem} />
      {problem.requestId && problem.status >= 500 && (
        <span className={css.id}> {t('failure.request', { id: problem.requestId })}</span>
      )}
    </p>
  );
}

/** What a plan does not allow; see account/billing/errors.go. */
const refusedByPlan = ['plan_bots', 'plan_passages', 'plan_seats', 'plan_pages', 'plan_model', 'plan_feature'];

function WayOut({ problem }: { problem: Problem }) {
  return refusedByPlan.includes(problem.code) ? <ToPlans /> : null;
}

/** Whoever may buy another plan is led there. Who they are is asked for only once a plan is in the way: sign-in pages have failures too. */
function ToPlans() {
  const { t } = useTranslation();
  const buys = useMay('manage_billing');
  return buys ? (
    <>
      {' '}
      <Link to="/settings/plan" hash="plans">
        {t('failure.plans')}
      </Link>
    </>
  ) : null;
}

/** Grey lines where content will be, once waiting is long enough to notice. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={css.loading} role="status">
      <span className="hidden-visually">{t('loading')}</span>
      {shown && Array.from({ length: lines }, (_, i) => <Skeleton key={i} height={48} radius={6} />)}
    </div>
  );
}
