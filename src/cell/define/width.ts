// How many elements a row of a value has. Equations and files name it, since a cell is defined once for all sizes; plans have it as data.

/** The width of a value, by name: `input` (D), `hidden` (H), `1` for one number a row, or a size of the cell’s own. */
export type WidthName = string;
export const INPUT_WIDTH = 'input';
export const HIDDEN = 'hidden';
export const SCALAR = '1';

/** The same as data. Equal widths are the same object. */
export type Width =
  /** D, H, or one number a row. */
  | { readonly kind: 'input' | 'hidden' | 'scalar' }
  /** A size of the cell's own. */
  | { readonly kind: 'own'; readonly name: WidthName };

export const WIDTH = {
  input: { kind: 'input' },
  hidden: { kind: 'hidden' },
  scalar: { kind: 'scalar' },
} as const satisfies Record<string, Width>;

const widths = new Map<WidthName, Width>([
  [INPUT_WIDTH, WIDTH.input],
  [HIDDEN, WIDTH.hidden],
  [SCALAR, WIDTH.scalar],
]);

/** The width of a name. */
export function widthNamed(name: WidthName): Width {
  let found = widths.get(name);
  if (found === undefined) widths.set(name, (found = { kind: 'own', name }));
  return found;
}

/** The name of a width. */
export function nameOfWidth(width: Width): WidthName {
  switch (width.kind) {
    case 'input':
      return INPUT_WIDTH;
    case 'hidden':
      return HIDDEN;
    case 'scalar':
      return SCALAR;
    case 'own':
      return width.name;
    default:
      return width satisfies never;
  }
}

/** What a cell's widths are in a network. */
export type Sizes = Readonly<Record<WidthName, number>> & {
  readonly input: number;
  readonly hidden: number;
  readonly heads: number;
};

/** The number of elements of a width; H for a size of the cell's own that is not given. */
export function sizeOfWidth(sizes: Sizes, width: Width): number {
  switch (width.kind) {
    case 'scalar':
      return 1;
    case 'input':
      return sizes.input;
    case 'hidden':
      return sizes.hidden;
    case 'own':
      return sizes[width.name] ?? sizes.hidden;
    default:
      return width satisfies never;
  }
}

/** The number of elements of a width, by its name. */
export function sizeNamed(sizes: Sizes, name: WidthName): number {
  return sizeOfWidth(sizes, widthNamed(name));
}
