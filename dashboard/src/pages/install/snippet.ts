import type { Bot } from '../../api/types';
import { accentOr, defaultAccent } from '../../theme/contrast';

/**
 * The line that an owner pastes into their website. The looks in it are what the
 * launcher has before its first word with the server, which then decides.
 */
export function snippet(bot: Bot, origin: string): string {
  const { appearance } = bot;
  const accent = accentOr(appearance.accent);
  const attributes: [string, string][] = [
    ['src', `${origin}/widget.js`],
    ['data-bot', bot.id],
  ];
  if (accent !== defaultAccent) attributes.push(['data-accent', accent]);
  if (appearance.position === 'left') attributes.push(['data-position', 'left']);
  if (appearance.theme !== 'auto') attributes.push(['data-theme', appearance.theme]);
  if (appearance.title) attributes.push(['data-title', appearance.title]);
  if (appearance.launcher) attributes.push(['data-launcher', appearance.launcher]);
  return `<script ${attributes.map(([name, value]) => `${name}="${escape(value)}"`).join(' ')} async></script>`;
}

function escape(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
