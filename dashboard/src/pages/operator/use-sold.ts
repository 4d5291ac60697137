import { useQuery } from '@tanstack/react-query';
import { plansQuery } from '../../api/plans';

/** Whether plans are sold here: where they are not, no page speaks of payments. */
export const useSold = (): boolean => useQuery(plansQuery).data?.payments ?? false;
