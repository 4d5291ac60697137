/** "createWebhook" → "Create webhook", "conversation.take" → "Conversation take": an operation's id, or a frame's type, as words. */
export function actionWords(action: string): string {
  const words = action
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[._]/g, ' ')
    .toLowerCase()
    .replace(/\b(api|oidc)\b/g, (name) => name.toUpperCase())
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What one looks for most often; the log knows more. */
export const usual = [
  'login',
  'getConversation',
  'listEvents',
  'conversation.watch',
  'createAPIKey',
  'deleteAPIKey',
  'createInvitation',
  'updateMember',
  'deleteMember',
  'updateBot',
  'putDomains',
  'exportVisitor',
  'eraseVisitor',
] as const;
