// Formulas: WCAG 2.2, relative luminance and contrast ratio.

/** The widget's colour where its owner chose none. */
export const defaultAccent = '#3455db';

const dark = '#14161a';
const light = '#ffffff';

/** The colour if it is one (#rrggbb), the default otherwise. */
export function accentOr(accent: string | undefined): string {
  return accent && /^#[0-9a-f]{6}$/i.test(accent) ? accent : defaultAccent;
}

/** Black or white, whichever can be read on the colour. White is preferred where it is enough. */
export function inkOn(color: string): string {
  const white = contrast(color, light);
  return white >= 4.5 || white > contrast(color, dark) ? light : dark;
}

export function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((i) => parseInt(color.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
