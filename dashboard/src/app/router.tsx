import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { meQuery } from '../api/account';
import { asProblem } from '../api/problem';
import { OfflineBanner } from '../parts/offline';
import { Loading } from '../parts/states';
import { spanOf } from '../pages/activity/span';
import { filterOf } from '../pages/audit/filter';
import { eventStateOf, tenantFilterOf } from '../pages/operator/filter';
import type { Adding } from '../pages/knowledge/knowledge';
import { viewOf } from '../pages/conversations/address';
import { BotLayout } from '../pages/bots/bot-layout';
import { Bots } from '../pages/bots/bots';
import { NewBot } from '../pages/bots/new-bot';
import { Home } from '../pages/home/home';
import { Register } from '../pages/sign-in/register';
import { SignIn } from '../pages/sign-in/sign-in';
import { Broken, Missing } from './dead-ends';
import { localPath } from './local-path';
import { Owner } from './owner';
import { Shell } from './shell';

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: () => (
    <>
      <OfflineBanner />
      <Outlet />
    </>
  ),
  notFoundComponent: Missing,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignIn,
  validateSearch: ({ next, sso, done }): { next?: string; sso?: string; done?: 'reset' | 'erased' } => ({
    next: localPath(next),
    sso: typeof sso === 'string' ? sso : undefined,
    done: done === 'reset' || done === 'erased' ? done : undefined,
  }),
});
const forgot = createRoute({ getParentRoute: () => root, path: '/forgot', component: lazyRouteComponent(() => import('../pages/sign-in/forgot')) });
const reset = createRoute({ getParentRoute: () => root, path: '/reset', component: lazyRouteComponent(() => import('../pages/sign-in/reset')) });
const confirm = createRoute({ getParentRoute: () => root, path: '/confirm', component: lazyRouteComponent(() => import('../pages/sign-in/confirm')) });

const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('../pages/join/join')),
});

const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  component: Register,
  validateSearch: ({ plan }): { plan?: string } => ({ plan: typeof plan === 'string' ? plan : undefined }),
});
/** What is sold, for everybody. */
const plans = createRoute({ getParentRoute: () => root, path: '/plans', component: lazyRouteComponent(() => import('../pages/plans/plans')) });
const unconfirmed = createRoute({
  getParentRoute: () => root,
  path: '/unconfirmed',
  component: lazyRouteComponent(() => import('../pages/sign-in/unconfirmed')),
});

/** Everything behind the sign-in. */
const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(meQuery);
    } catch (error) {
      if (asProblem(error).status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: { next: location.href === '/' ? undefined : location.href } });
    }
  },
});

const owner = createRoute({ getParentRoute: () => app, id: 'owner', component: Owner });
const home = createRoute({ getParentRoute: () => owner, path: '/', component: Home });
const bots = createRoute({ getParentRoute: () => owner, path: '/bots', component: Bots });
const newBot = createRoute({ getParentRoute: () => owner, path: '/bots/new', component: NewBot });

const team = createRoute({ getParentRoute: () => owner, path: '/team', component: lazyRouteComponent(() => import('../pages/team/team')) });
const labels = createRoute({ getParentRoute: () => owner, path: '/labels', component: lazyRouteComponent(() => import('../pages/labels/labels')) });
const ownPages = createRoute({ getParentRoute: () => owner, path: '/profile', component: lazyRouteComponent(() => import('../pages/profile/profile-layout')) });
const profile = createRoute({
  getParentRoute: () => ownPages,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/profile/profile')),
  validateSearch: ({ sso }): { sso?: string } => ({ sso: typeof sso === 'string' ? sso : undefined }),
  // Who comes back from an identity provider was linking their account, which is done on the other page.
  beforeLoad: ({ search: { sso } }) => {
    if (sso) throw redirect({ to: '/profile/security', search: { sso }, replace: true });
  },
});
const security = createRoute({
  getParentRoute: () => ownPages,
  path: '/security',
  component: lazyRouteComponent(() => import('../pages/security/security')),
  validateSearch: ({ sso, required }): { sso?: string; required?: 'yes' } => ({
    required: required === 'yes' ? required : undefined,
    sso: typeof sso === 'string' ? sso : undefined,
  }),
});

const business = createRoute({
  getParentRoute: () => owner,
  path: '/settings',
  component: lazyRouteComponent(() => import('../pages/business/business-layout')),
});
const businessIndex = createRoute({
  getParentRoute: () => business,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/general', replace: true });
  },
});
const general = createRoute({ getParentRoute: () => business, path: '/general', component: lazyRouteComponent(() => import('../pages/business/general')) });
const access = createRoute({ getParentRoute: () => business, path: '/access', component: lazyRouteComponent(() => import('../pages/business/access')) });
const plan = createRoute({
  getParentRoute: () => business,
  path: '/plan',
  component: lazyRouteComponent(() => import('../pages/plan/plan')),
  validateSearch: ({ checkout }): { checkout?: 'done' | 'left' } => ({ checkout: checkout === 'done' || checkout === 'left' ? checkout : undefined }),
});
const usage = createRoute({
  getParentRoute: () => business,
  path: '/usage',
  component: lazyRouteComponent(() => import('../pages/usage/usage')),
  // JSON in the address makes a year of "2026".
  validateSearch: ({ period }): { period?: string } => ({ period: period ? String(period) : undefined }),
});
const privacy = createRoute({
  getParentRoute: () => business,
  path: '/privacy',
  component: lazyRouteComponent(() => import('../pages/privacy/privacy')),
});
const apiKeys = createRoute({ getParentRoute: () => business, path: '/keys', component: lazyRouteComponent(() => import('../pages/keys/keys')) });
const webhooks = createRoute({ getParentRoute: () => business, path: '/webhooks', component: lazyRouteComponent(() => import('../pages/webhooks/webhooks')) });
const audit = createRoute({
  getParentRoute: () => business,
  path: '/audit',
  component: lazyRouteComponent(() => import('../pages/audit/audit')),
  validateSearch: filterOf,
});
const activity = createRoute({
  getParentRoute: () => business,
  path: '/activity',
  component: lazyRouteComponent(() => import('../pages/activity/activity')),
  validateSearch: spanOf,
});

const operator = createRoute({
  getParentRoute: () => owner,
  path: '/operator',
  component: lazyRouteComponent(() => import('../pages/operator/operator-layout')),
});
const operatorIndex = createRoute({
  getParentRoute: () => operator,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/operator/tenants', replace: true });
  },
});
const tenants = createRoute({
  getParentRoute: () => operator,
  path: '/tenants',
  component: lazyRouteComponent(() => import('../pages/operator/tenants')),
  validateSearch: tenantFilterOf,
});
const tenant = createRoute({
  getParentRoute: () => operator,
  path: '/tenants/$tenant',
  component: lazyRouteComponent(() => import('../pages/operator/tenant')),
});
const revenue = createRoute({ getParentRoute: () => operator, path: '/revenue', component: lazyRouteComponent(() => import('../pages/operator/revenue')) });
const events = createRoute({
  getParentRoute: () => operator,
  path: '/events',
  component: lazyRouteComponent(() => import('../pages/operator/events')),
  validateSearch: eventStateOf,
});
const differences = createRoute({
  getParentRoute: () => operator,
  path: '/differences',
  component: lazyRouteComponent(() => import('../pages/operator/differences')),
});

const replies = createRoute({
  getParentRoute: () => owner,
  path: '/replies',
  component: lazyRouteComponent(() => import('../pages/replies/replies')),
  validateSearch: ({ open }): { open?: string } => ({ open: typeof open === 'string' ? open : undefined }),
});

const bot = createRoute({ getParentRoute: () => owner, path: '/bots/$bot', component: BotLayout });
const botIndex = createRoute({
  getParentRoute: () => bot,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/bots/$bot/knowledge', params, replace: true });
  },
});
const knowledge = createRoute({
  getParentRoute: () => bot,
  path: '/knowledge',
  component: lazyRouteComponent(() => import('../pages/knowledge/knowledge')),
  validateSearch: ({ add }): { add?: Adding } => ({
    add: add === 'site' || add === 'page' || add === 'faq' || add === 'text' ? add : undefined,
  }),
});
const source = createRoute({
  getParentRoute: () => bot,
  path: '/knowledge/$source',
  component: lazyRouteComponent(() => import('../pages/knowledge/source')),
});
const settings = createRoute({
  getParentRoute: () => bot,
  path: '/settings',
  component: lazyRouteComponent(() => import('../pages/settings/settings')),
});
const handoff = createRoute({
  getParentRoute: () => bot,
  path: '/handoff',
  component: lazyRouteComponent(() => import('../pages/handoff/handoff')),
});
const appearance = createRoute({
  getParentRoute: () => bot,
  path: '/appearance',
  component: lazyRouteComponent(() => import('../pages/appearance/appearance')),
});
const tryIt = createRoute({
  getParentRoute: () => bot,
  path: '/try',
  component: lazyRouteComponent(() => import('../pages/try/try')),
  validateSearch: ({ view }): { view?: 'widget' } => ({ view: view === 'widget' ? view : undefined }),
});
const improve = createRoute({
  getParentRoute: () => bot,
  path: '/improve',
  component: lazyRouteComponent(() => import('../pages/improve/improve')),
  validateSearch: ({ state }): { state?: 'answered' | 'dismissed' } => ({
    state: state === 'answered' || state === 'dismissed' ? state : undefined,
  }),
});
const tests = createRoute({
  getParentRoute: () => bot,
  path: '/tests',
  component: lazyRouteComponent(() => import('../pages/tests/tests')),
  validateSearch: ({ run }): { run?: string } => ({ run: typeof run === 'string' ? run : undefined }),
});
const install = createRoute({
  getParentRoute: () => bot,
  path: '/install',
  component: lazyRouteComponent(() => import('../pages/install/install')),
});

const conversations = createRoute({
  getParentRoute: () => app,
  path: '/conversations',
  component: lazyRouteComponent(() => import('../pages/conversations/conversations')),
  validateSearch: viewOf,
});
const nothingChosen = createRoute({
  getParentRoute: () => conversations,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/conversations/conversations'), 'NothingChosen'),
});
const conversation = createRoute({
  getParentRoute: () => conversations,
  path: '/$conversation',
  component: lazyRouteComponent(() => import('../pages/conversations/conversation')),
});

const routeTree = root.addChildren([
  signIn,
  register,
  join,
  forgot,
  reset,
  confirm,
  unconfirmed,
  plans,
  app.addChildren([
    owner.addChildren([
      home,
      bots,
      newBot,
      team,
      replies,
      labels,
      ownPages.addChildren([profile, security]),
      business.addChildren([businessIndex, general, plan, usage, access, privacy, apiKeys, webhooks, audit, activity]),
      operator.addChildren([operatorIndex, tenants, tenant, revenue, events, differences]),
      bot.addChildren([botIndex, knowledge, source, settings, handoff, appearance, tryIt, improve, tests, install]),
    ]),
    conversations.addChildren([nothingChosen, conversation]),
  ]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: Loading,
    defaultErrorComponent: Broken,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
