/** The owner's accent, made legible. Formulas: WCAG 2.2, relative luminance and contrast ratio. */

type RGB = [number, number, number]

export const DEFAULT_ACCENT = '#3455db'

const parse = (hex: string): RGB => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as RGB

const format = (rgb: RGB): string => `#${rgb.map((c) => Math.round(c).toString(16).padStart(2, '0')).join('')}`

const luminance = (rgb: RGB): number => {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as RGB
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

export function contrast(a: string, b: string): number {
  const [x, y] = [a, b].map((color) => luminance(parse(color)) + 0.05) as [number, number]
  return Math.max(x / y, y / x)
}

/** A colour that is none of ours to trust: anything but #rrggbb gives the default. */
export const accentOr = (accent?: string): string => (accent && /^#[0-9a-f]{6}$/i.test(accent) ? accent : DEFAULT_ACCENT)

/** What can be read on the colour: white where that will do, else the better of white and black, which is always 4.5 : 1. */
export const inkOn = (color: string): string => (contrast(color, '#ffffff') >= 4.5 ? '#ffffff' : '#000000')

/** The colour moved towards black or white until it can be read on the surface. */
export function readableOn(color: string, surface: string, ratio = 4.5): string {
  const target: RGB = luminance(parse(surface)) > 0.4 ? [0, 0, 0] : [255, 255, 255]
  const from = parse(color)
  for (let step = 0; step < 20; step++) {
    const mixed = format(from.map((c, i) => c + (target[i]! - c) * (step / 20)) as RGB)
    if (contrast(mixed, surface) >= ratio) return mixed
  }
  return format(target)
}
