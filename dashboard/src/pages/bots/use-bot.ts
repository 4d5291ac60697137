import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { botQuery } from '../../api/bots';
import type { Bot } from '../../api/types';

/** The bot of the page. BotLayout has it before any page below is shown. */
export function useBot(): Bot {
  const { bot } = useParams({ from: '/app/owner/bots/$bot' });
  return useSuspenseQuery(botQuery(bot)).data;
}
