import { expect, test } from 'vitest';
import { contrast } from '../../theme/contrast';
import { colors } from './colors';

test.each(Object.entries(colors))('%s is seen on a light and on a dark page', (_, color) => {
  expect(contrast(color, '#ffffff')).toBeGreaterThanOrEqual(3);
  expect(contrast(color, '#181a20')).toBeGreaterThanOrEqual(3);
});
