// Numbers and missing numbers as files write them: with a point or a comma, thousands apart, a percent sign.

/** A point, digits on at least one side of it, an exponent. Each digit is read once, whatever follows. */
const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** Longer cells are no numbers, and not worth a pattern. */
const LONGEST = 400;

const MISSING = new Set([
  ...['', 'na', 'n/a', 'nan', 'null', 'none', 'nil', '?', '-', '--', '.', '\\n', '#n/a', 'n.a.', '<na>', 'missing'],
  ...['#div/0!', '#value!', '#ref!', '#num!', '#name?', '#null!'],
]);

/** How a column writes its numbers. */
export interface NumberStyle {
  /** What stands before decimals. */
  decimal: '.' | ',';
  /** Between groups of three digits: a comma, a point, a blank, an apostrophe; empty for no grouping. */
  group: string;
  /** A sign behind each, which is left out: 12 % is read as 12. */
  percent: boolean;
}

/** As programs write numbers. */
export const PLAIN_NUMBERS: NumberStyle = { decimal: '.', group: '', percent: false };

const STYLES: readonly NumberStyle[] = [
  PLAIN_NUMBERS,
  ...[',', ' ', "'"].map((group): NumberStyle => ({ decimal: '.', group, percent: false })),
  ...['', '.', ' ', "'"].map((group): NumberStyle => ({ decimal: ',', group, percent: false })),
].flatMap((style) => [style, { ...style, percent: true }]);

/** Digits with a point and an exponent; no thousands separators, no decimal comma, no units. */
export function isNumber(value: string): boolean {
  return value.length <= LONGEST && PLAIN.test(value.trim());
}

/** Empty, NA, N/A, NaN, null, None, ?, -, . and a spreadsheet's errors, in any case. */
export function isMissing(value: string): boolean {
  return value.length <= LONGEST && MISSING.has(value.trim().toLowerCase());
}

/** The number that a value is in this style, or NaN. */
export function readNumber(value: string, { decimal, group, percent }: NumberStyle): number {
  if (value.length > LONGEST) return NaN;
  // The minus sign of typography, and the blanks that may stand between thousands.
  let text = value
    .trim()
    .replace(/^−/, '-')
    .replace(/[\u00a0\u2009\u202f]/g, ' ')
    .replaceAll('’', "'");
  if (percent !== text.endsWith('%')) return NaN;
  if (percent) text = text.slice(0, -1).trimEnd();
  if (group !== '') {
    const [whole, ...rest] = text.split(decimal);
    const groups = whole.replace(/^[+-]/, '').split(group);
    if (groups.length > 1) {
      if (!/^\d{1,3}$/.test(groups[0]) || groups.slice(1).some((digits) => !/^\d{3}$/.test(digits))) return NaN;
      text = [whole.replaceAll(group, ''), ...rest].join(decimal);
    }
  }
  if (decimal === ',') {
    if (text.includes('.')) return NaN;
    text = text.replace(',', '.');
  }
  return PLAIN.test(text) ? Number(text) : NaN;
}

/** A column's style, and whether a figure such as 1,234 in it could as well be read in another one. */
export interface FoundStyle {
  style: NumberStyle;
  /** The other reading: 1,234 is a thousand or a little more than one. */
  doubtful: boolean;
}

/**
 * The first style that reads all values: a point before a comma, no groups before groups. Null where none does.
 * @param commas where values are separated by another character than a comma, a comma in a number is usually the decimal one
 */
export function numberStyle(values: readonly string[], commas: 'decimal' | 'group' | undefined): FoundStyle | null {
  if (values.every(isNumber)) return { style: PLAIN_NUMBERS, doubtful: false };
  const reads = STYLES.filter((style) => values.every((value) => !Number.isNaN(readNumber(value, style))));
  if (reads.length === 0) return null;
  const plain = reads.find(({ decimal, group }) => decimal === '.' && group === '');
  if (plain) return { style: plain, doubtful: false };
  const byPoint = reads.find(({ decimal }) => decimal === '.');
  const byComma = reads.find(({ decimal }) => decimal === ',');
  const style = (commas === 'decimal' ? byComma : byPoint) ?? byComma ?? byPoint;
  return style === undefined
    ? null
    : { style, doubtful: commas === undefined && byPoint !== undefined && byComma !== undefined };
}

/** A style for people: `decimal commas, points between thousands`. */
export function describeStyle({ decimal, group, percent }: NumberStyle): string {
  const groups: Record<string, string> = { ',': 'commas', '.': 'points', ' ': 'spaces', "'": 'apostrophes' };
  return [
    ...(decimal === ',' ? ['decimal commas'] : []),
    ...(group === '' ? [] : [`${groups[group]} as thousands separators`]),
    ...(percent ? ['percent signs dropped'] : []),
  ].join(', ');
}
