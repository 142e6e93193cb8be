// Values as colours: sequential from 0 to 1, diverging around 0, in a few levels that are CSS classes, so that one picture
// serves light and dark. Blue and orange are told apart with any colour vision.

/** `sequential`: from the page's colour (0) to blue (1); `diverging`: blue (−limit), the page's colour (0), orange (limit). */
export type ColourScale = 'sequential' | 'diverging';

/** Levels on each side of 0. */
const LEVELS = 8;

export type Rgb = readonly [number, number, number];

const LIGHT = { none: [255, 255, 255], low: [0, 92, 158], high: [196, 78, 0] } as const;
const DARK = { none: [20, 23, 28], low: [86, 180, 233], high: [240, 138, 74] } as const;

/** The level of a value: 0 … 8, or −8 … 8 where diverging; 0 for what is not finite. */
export function colourLevel(value: number, scale: ColourScale, limit = 1): number {
  if (!Number.isFinite(value) || !(limit > 0)) return 0;
  const lowest = scale === 'diverging' ? -1 : 0;
  return Math.round(Math.max(lowest, Math.min(1, value / limit)) * LEVELS) + 0;
}

/** The CSS class of a level: q3 of a sequential scale (and below 0), p3 above 0 where diverging. */
export function levelClass(level: number, scale: ColourScale): string {
  return scale === 'sequential' || level < 0 ? `q${Math.abs(level)}` : `p${level}`;
}

/** The colour of a value on a page of that theme, red, green and blue from 0 to 255: for pictures of pixels. */
export function colourOf(value: number, scale: ColourScale, limit: number, theme: 'light' | 'dark'): Rgb {
  const { none, low, high } = theme === 'dark' ? DARK : LIGHT;
  const lowest = scale === 'diverging' ? -1 : 0;
  const size = Number.isFinite(value) && limit > 0 ? Math.max(lowest, Math.min(1, value / limit)) : 0;
  const share = Math.abs(size) ** 0.85;
  const to: Rgb = scale === 'sequential' || size < 0 ? low : high;
  return [0, 1, 2].map((i) => Math.round(none[i] + (to[i] - none[i]) * share)) as [number, number, number];
}

function mix(from: Rgb, to: Rgb, share: number): string {
  const hex = from.map((a, i) =>
    Math.round(a + (to[i] - a) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${hex.join('')}`;
}

/**
 * The rules of all levels.
 * @param property `fill` for shapes, `background` for text, which stays legible: its colours go only part of the way
 * @param under a selector before each class
 */
export function levelRules(property: 'fill' | 'background', under: string): string {
  const strength = property === 'fill' ? 1 : 0.62;
  const rules = ({ none, low, high }: Record<'none' | 'low' | 'high', Rgb>): string =>
    Array.from({ length: LEVELS + 1 }, (_, level) => {
      // A little more at the low end, where the eye sees less.
      const share = strength * (level / LEVELS) ** 0.85;
      return `${under} .q${level}{${property}:${mix(none, low, share)}}${under} .p${level}{${property}:${mix(none, high, share)}}`;
    }).join('\n');
  return `${rules(LIGHT)}\n@media (prefers-color-scheme: dark) {\n${rules(DARK)}\n}`;
}

/** The same levels as CSS variables: --q0 the page's colour, --q1 … --q8 to blue, --p1 … --p8 to orange. */
export function levelVariables(under: string): string {
  const variables = ({ none, low, high }: Record<'none' | 'low' | 'high', Rgb>): string =>
    Array.from({ length: LEVELS + 1 }, (_, level) => {
      const share = (level / LEVELS) ** 0.85;
      return `--q${level}: ${mix(none, low, share)}; --p${level}: ${mix(none, high, share)};`;
    }).join(' ');
  return `\n${under} { ${variables(LIGHT)} }\n@media (prefers-color-scheme: dark) { ${under} { ${variables(DARK)} } }`;
}

/** The largest absolute value but for the last 2 %, as the limit of a diverging scale: a few outliers must not pale the rest. */
export function robustLimit(values: ArrayLike<number>): number {
  const sizes = Float64Array.from(values, Math.abs).filter(Number.isFinite).sort();
  return sizes[Math.floor((sizes.length - 1) * 0.98)] || sizes.at(-1) || 1;
}
