import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { sourcesQuery } from '../../api/sources';
import type { Source } from '../../api/types';

/** So many can be chosen from; who has more finds them on the page about what the bot knows. */
const most = 1000;

/** What a bot knows, page after page, for a choice that has all of it. */
export function useSources(bot: string): Source[] {
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery(sourcesQuery(bot));
  const sources = data?.pages.flatMap((page) => page.items) ?? [];
  const more = hasNextPage && !isFetching && !isError && sources.length < most;
  useEffect(() => {
    if (more) void fetchNextPage();
  }, [more, fetchNextPage]);
  return sources;
}
