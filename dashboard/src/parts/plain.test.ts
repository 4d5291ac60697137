import { expect, test } from 'vitest';
import { plain } from './plain';

test.each([
  ['Our bank has sent it **back to us** [1].', 'Our bank has sent it back to us.'],
  ['## Returns Send it *back* within `30 days`', 'Returns Send it back within 30 days'],
  ['- one\n- two', 'one\ntwo'],
  ['See [our terms](https://shop.example/terms) [2][3]', 'See our terms'],
  ['2 * 3 * 4 is 24, and snake_case_stays', '2 * 3 * 4 is 24, and snake_case_stays'],
  ['**half of it is cut', '**half of it is cut'],
  ['', ''],
])('%s', (markdown, text) => expect(plain(markdown)).toBe(text));
