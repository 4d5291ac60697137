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

/** The colour moved towards black or white until it can be read on the surface. */
export function readableOn(color: string, surface: string): string {
  const towards = luminance(surface) > 0.4 ? 0 : 255;
  const from = channels(color);
  for (let step = 0; step <= 20; step++) {
    const mixed = from.map((c) => Math.round(c + (towards - c) * (step / 20)));
    const hex = `#${mixed.map((c) => c.toString(16).padStart(2, '0')).join('')}`;
    if (contrast(hex, surface) >= 4.5) return hex;
  }
  return towards === 0 ? '#000000' : '#ffffff';
}

export function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = channels(color)
    .map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
}
