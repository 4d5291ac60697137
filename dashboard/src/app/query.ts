import { QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem } from '../api/problem';

/** onSignedOut is called when a request stays unauthorized after the session was renewed. */
export function makeQueryClient(onSignedOut: () => void): QueryClient {
  const signedOut = (error: unknown) => {
    if (asProblem(error).status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server refused will be refused again; what did not arrive may.
        retry: (failures, error) => failures < 2 && asProblem(error).passing,
      },
    },
  });
}
