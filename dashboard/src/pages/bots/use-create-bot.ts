import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { botChanged, createBot } from '../../api/bots';

/** Creates a bot and goes where its next step is: what it should know. */
export function useCreateBot() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: createBot,
    onSuccess: async (bot) => {
      await botChanged(client);
      await navigate({ to: '/bots/$bot/knowledge', params: { bot: bot.id } });
    },
  });
}
