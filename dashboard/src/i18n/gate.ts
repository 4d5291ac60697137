// The words of signing in and signing up.
export const entering = {
  register: {
    title: 'Create your account',
    note: 'Your own chatbot, answering from your documents.',
    company: 'Business name',
    passwordHint: 'At least 10 characters.',
    action: 'Create account',
    known: 'Have an account?',
    trial_one: '{{name}}, free for {{count}} day. No card is needed.',
    trial_other: '{{name}}, free for {{count}} days. No card is needed.',
    chosen: 'You chose {{name}}. It is paid for later, under Settings, Plan.',
    otherPlan: 'Other plans',
  },

  signIn: {
    title: 'Sign in',
    note: 'Welcome back.',
    email: 'Email',
    password: 'Password',
    showPassword: 'Show what I type',
    action: 'Sign in',
    new: 'New here?',
    forgot: 'Forgot your password?',
    or: 'or',
    with: 'Sign in with {{name}}',
    done: {
      reset: 'Your password is changed. Sign in with the new one.',
      erased: 'Your account is deleted.',
    },
    refused: {
      oidc_link_first: 'There is an account with your e-mail address. Sign in with its password, then link it under your profile, Security.',
      oidc_email_unverified: 'Your identity provider has not confirmed your e-mail address. Confirm it there, then try again.',
      oidc_denied: 'You were not signed in: access was refused, or you went back.',
      oidc_expired: 'That took too long. Please try again.',
      oidc_unavailable: 'Your identity provider cannot be reached. Try again in a minute, or use your password.',
      other: 'You could not be signed in there. Try again, or use your password.',
    },
  },

  secondStep: {
    title: 'One more step',
    note: 'Enter the code that your authenticator app shows.',
    code: 'Six-digit code',
    recoveryNote: 'Enter one of the recovery codes that you kept. Each works once.',
    recovery: 'Recovery code',
    verb: 'Sign in',
    useRecovery: 'Use a recovery code',
    useCode: 'Use the authenticator app',
    other: 'Sign in as somebody else',
    again: 'Sign in again',
  },
};
