import { useTranslation } from 'react-i18next';
import { useColorScheme } from '@mantine/hooks';
import type { Appearance, Bot } from '../../api/types';
import { BotIcon, ChatIcon, CloseIcon } from '../../parts/icons';
import { accentOr, inkOn, readableOn } from '../../theme/contrast';
import css from './preview.module.css';

/**
 * The widget as these looks would make it, before they are saved. A drawing:
 * the real one, with what is saved, is on "Try it".
 */
export function Preview({ bot, look }: { bot: Bot; look: Appearance }) {
  const { t } = useTranslation();
  const system = useColorScheme();
  const accent = accentOr(look.accent);
  const theme = look.theme === 'light' || look.theme === 'dark' ? look.theme : system;
  const starters = look.starters.filter((starter) => starter.trim() !== '');
  const picture = /^https:\/\/\S+$/.test(look.avatar) ? look.avatar : undefined;
  return (
    <figure className={css.preview} aria-label={t('appearance.preview')}>
      <div
        className={css.site}
        data-theme={theme}
        data-side={look.position}
        style={
          {
            '--brand': accent,
            '--on-brand': inkOn(accent),
            '--brand-text': readableOn(accent, theme === 'dark' ? '#22252c' : '#f5f6f8'),
          } as React.CSSProperties
        }
      >
        <div className={css.panel}>
          <div className={css.head}>
            <span className={css.avatar}>{picture ? <img src={picture} alt="" /> : <BotIcon size={20} />}</span>
            <span className={css.who}>
              <strong>{look.title || bot.name}</strong>
              <span>{t('appearance.ai')}</span>
            </span>
            <CloseIcon size={16} />
          </div>
          <div className={css.log}>
            <p className={css.bot}>{bot.settings.greeting || t('appearance.greeting')}</p>
            {starters.length > 0 ? (
              <ul className={css.starters}>
                {starters.map((starter, i) => (
                  <li key={i}>{starter}</li>
                ))}
              </ul>
            ) : (
              <p className={css.visitor}>{t('appearance.question')}</p>
            )}
          </div>
          <div className={css.composer}>
            <span>{t('appearance.write')}</span>
            <span className={css.send} />
          </div>
        </div>
        <div className={css.launcher}>
          <ChatIcon size={22} />
          {look.launcher && <span>{look.launcher}</span>}
        </div>
      </div>
      <figcaption className={css.caption}>{t('appearance.previewNote')}</figcaption>
    </figure>
  );
}
