import { shaping } from './bot';
import { minding } from './business';
import { en } from './en';
import { improving } from './improve';
import { working } from './inbox';
import { knowing } from './knowledge';
import { operating } from './operator';
import { people } from './people';
import { planning } from './plan';
import { securing } from './security';

// Every word of the dashboard: what `t` is typed by, and what tests of a page's parts have. Pages import the file that has theirs instead.
export const all = [en, shaping, minding, improving, working, knowing, operating, people, planning, securing] as const;
