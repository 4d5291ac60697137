import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

/** Goes in once signed in: nothing of whoever was there before is left. */
export function useEnter(next = '/'): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    client.clear();
    await navigate({ href: next });
  };
}
