import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { tellWindows } from '../../app/windows';

/** Goes in once signed in: nothing of whoever was there before is left. */
export function useEnter(next = '/'): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    tellWindows();
    client.clear();
    await navigate({ href: next });
  };
}
