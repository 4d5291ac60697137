import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { addressesQuery } from '../../api/sources';
import type { Address } from '../../api/types';

/** So many addresses of a site are looked through. */
const most = 2000;

/** The pages of a site, page after page, for a choice that has all of them. */
export function usePages(bot: string, site: string): Address[] {
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery(addressesQuery(bot, site));
  const addresses = data?.pages.flatMap((page) => page.items) ?? [];
  const more = hasNextPage && !isFetching && !isError && addresses.length < most;
  useEffect(() => {
    if (more) void fetchNextPage();
  }, [more, fetchNextPage]);
  return addresses.filter(({ page }) => page);
}
