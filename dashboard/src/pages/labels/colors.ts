/** Colours of labels: apart from each other, and to be seen on light and dark pages alike. */
export const colors = {
  blue: '#3f6ae0',
  teal: '#0f8a80',
  green: '#2c8a4b',
  yellow: '#a87b00',
  orange: '#d0601a',
  red: '#d0404c',
  pink: '#c2458f',
  violet: '#8355d6',
  grey: '#737a87',
} as const;
export type ColorName = keyof typeof colors;
