import { QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem, type Problem } from '../api/problem';

/** onRefused is called when a request is refused whatever it asks for: see `gateOf`, and when nobody is signed in. */
export function makeQueryClient(onRefused: (problem: Problem) => void): QueryClient {
  const refused = (error: unknown) => {
    const problem = asProblem(error);
    if (problem.code === 'visit_over') return; // an operator's visit: they are still signed in
    if (problem.status === 401 || gateOf(problem)) onRefused(problem);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: refused }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server refused will be refused again; what did not arrive may.
        retry: (failures, error) => failures < 2 && asProblem(error).passing,
      },
    },
  });
}

/** Where somebody is led who has to do something before all else. */
export function gateOf({ code }: Problem): '/unconfirmed' | '/profile/security' | undefined {
  if (code === 'email_unconfirmed') return '/unconfirmed';
  if (code === 'second_factor_missing') return '/profile/security';
  return undefined;
}
