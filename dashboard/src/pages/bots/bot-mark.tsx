import type { Bot } from '../../api/types';
import { accentOr, inkOn } from '../../theme/contrast';
import css from './bots.module.css';

/** A bot's sign: its initial in its own colour. */
export function BotMark({ bot }: { bot: Bot }) {
  const accent = accentOr(bot.appearance.accent);
  return (
    <span className={css.mark} style={{ background: accent, color: inkOn(accent) }} aria-hidden="true">
      {[...bot.name.trim()][0]?.toLocaleUpperCase() ?? '·'}
    </span>
  );
}
