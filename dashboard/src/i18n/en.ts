import { entering } from './gate';

// The words of the first script: of what every page may show, and of the pages that are not fetched by themselves. All others are in a file beside this
// one, which the pages that show them import. Plain, short, from the user's side; buttons are verbs.
export const en = {
  ...entering,
  loading: 'Loading…',
  cancel: 'Cancel',
  close: 'Close',
  more: 'Show more',
  unfold: 'Show all',
  offline: 'You are offline. What you typed is kept; we go on when the network is back.',
  undo: 'Undo',

  failure: {
    title: 'This did not work',
    unreachable: 'We cannot reach the server. Check your connection and try again.',
    unknown: 'Something went wrong on our side. Please try again.',
    request: 'Request {{id}}',
    retry: 'Try again',
    plans: 'See plans',
    page: 'This page could not be shown',
  },

  missing: {
    title: 'There is nothing at this address',
    text: 'It may have been moved or deleted.',
    home: 'Go to the start',
  },

  nav: {
    label: 'Main',
    skip: 'Skip to the content',
    home: 'Home',
    bots: 'Bots',
    conversations: 'Inbox',
    team: 'Team',
    replies: 'Saved replies',
    labels: 'Labels',
    settings: 'Settings',
    operator: 'Operator',
  },

  account: {
    menu: 'Account:',
    businesses: 'Switch to',
    profile: 'Your profile',
    theme: 'Theme',
    auto: 'Like your device',
    light: 'Light',
    dark: 'Dark',
    signOut: 'Sign out',
  },

  home: {
    latest: 'Latest conversations',
    all: 'See all conversations',
  },

  checklist: {
    title: 'Get started',
    progress: '{{done}} of {{all}} done',
    done: 'Done:',
    bot: {
      title: 'Create a bot',
      text: 'Give it the name that visitors will see.',
      action: 'Create bot',
    },
    source: {
      title: 'Add what it should know',
      text: 'Upload documents, or add questions and answers. The bot answers from these, and nothing else.',
      action: 'Add a source',
    },
    try: {
      title: 'Try it',
      text: 'Ask it what your visitors would ask, and see which passages it answers from.',
      action: 'Try it',
    },
    paste: {
      title: 'Put it on your website',
      text: 'Name the domains where it may run, and paste one line into your pages.',
      action: 'Get the line',
    },
    conversation: {
      title: 'Have the first conversation',
      text: 'Open your website and ask something. This ticks itself as soon as the first message arrives.',
      action: 'See the line again',
    },
  },

  bots: {
    count_one: '{{count}} bot',
    count_other: '{{count}} bots',
    new: 'New bot',
    newText: 'You can change everything later.',
    name: 'Name',
    nameHint: 'Visitors see it at the top of the chat.',
    namePlaceholder: 'Acme helper',
    create: 'Create bot',
    empty: 'You have no bot yet',
    emptyText: 'A bot answers your visitors from what you give it to read.',
    nowhere: 'Not on a website yet',
    all: 'See all bots',
    pages: 'Pages of this bot',
    page: {
      knowledge: 'Knowledge',
      try: 'Try it',
      improve: 'Improve',
      tests: 'Tests',
      settings: 'Settings',
      handoff: 'Hand-off',
      appearance: 'Appearance',
      install: 'Install',
    },
    missing: 'There is no such bot',
    missingText: 'It may have been deleted, or belongs to another account.',
  },

  alert: {
    waiting: '{{name}} waits for a person',
    assigned: '{{name}} was assigned to you',
    message: '{{name}} wrote to you',
    mention: 'You were named in a note about {{name}}',
  },

  duty: {
    available: 'Available',
    away: 'Away',
    label: 'Whether you take conversations: {{state}}',
    availableNote: 'New conversations may be assigned to you.',
    awayNote: 'Nothing is assigned to you.',
    team: 'On duty',
    nobody: 'Nobody is on duty.',
    alerts: 'Alerts',
    sound: 'Sounds',
    notices: 'Desktop notices',
    allow: 'Allow desktop notices',
    allowed: 'Desktop notices are on.',
    denied: 'Your browser blocks them for this site.',
    failed: 'This could not be changed. Try again when you are connected.',
    you: '{{name}} (you)',
  },

  copy: {
    copy: 'Copy',
    copied: 'Copied',
    failed: 'Your browser did not let us copy. Select the line and copy it yourself.',
  },

  save: {
    action: 'Save',
    clean: 'All changes are saved',
    saved: 'Saved',
    dirty: 'Not saved yet',
    leaveTitle: 'Leave without saving?',
    leaveText: 'What you changed on this page would be lost.',
    leave: 'Leave',
  },

  lookOnly: {
    text: 'You can look at this, but not change it. Ask an admin or an owner of your team.',
    ask: 'Trying the bot here needs the role of an agent. Ask an admin or an owner of your team.',
    replies: 'You can read these, but not change them. Ask an admin or an owner of your team for the role of an agent.',
  },

  // What notices and menus say of pages that are fetched by themselves, and have the rest of these words.
  conversations: {
    status: { bot: 'With the bot', waiting: 'Waiting', agent: 'With a person', closed: 'Closed' },
    noText: 'No text',
    visitor: 'Visitor',
  },
  team: {
    role: { owner: 'Owner', admin: 'Admin', agent: 'Agent', viewer: 'Viewer' },
  },
  improve: {
    open_one: '{{number}} question needs a better answer',
    open_other: '{{number}} questions need a better answer',
  },
  privacy: {
    ending: {
      text: '{{name}} is going to be deleted for good on {{time}}.',
      restore: 'Keep it',
      restored: 'Nothing is deleted.',
    },
  },
  activity: {
    anomaly: {
      rate: 'Far more requests than usual',
      errors: 'Far more errors than usual',
      spend: 'Far higher costs than usual',
      sign_in_failures: 'Many failed sign-ins',
      refused: 'Far more refused than usual',
    },
    notice: 'Something is unusual. {{what}}.',
    look: 'Look at it',
  },
  confirm: {
    banner: 'Please confirm your e-mail address: we sent a mail to {{email}}.',
    again: 'Send it again',
    sent: 'A mail is on its way to {{email}}.',
    wrong: 'Another address',
  },
};
