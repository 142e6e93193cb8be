// Puts stored parameters where a network wants them: by name, and the columns of gates by gate and operand, whatever the order in
// memory of either side. What does not match is refused by name, before anything is changed.
import { briefList } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { formatShape, sameShape, sizeOf } from '../tensor/shape.js';
import { type Int8Matrix, widened } from '../tensor/int8.js';
import { type Columns, columnsOf, describe, differenceOf, gather, gatherInt8, keyOf } from './columns.js';
import type { Block, GivenParameter, GivenState, Place } from './labels.js';
import { givenByName } from './given.js';
import { int8Of, numbersOf } from './numbers.js';

/** How a state dict is taken. */
export interface LoadOptions {
  /** Parameters without labels have their columns in the order of 0.1: for what that version saved. */
  order?: '0.1';
  /** Where they come from, for messages: the name of a file. */
  from?: string;
  /** false: what is missing stays as it is, what is too much is left out. Default true: either is an error. */
  strict?: boolean;
}

/** What did not match where a state dict was taken with `strict: false`; both empty otherwise. */
export interface LoadResult {
  /** Parameters that were not given, or not whole: they kept their numbers. */
  missing: string[];
  /** What was given and has no place. */
  unexpected: string[];
}

/** The numbers for each place, row by row; null where they are missing. */
export interface Arranged<Numbers = ArrayLike<number>> extends LoadResult {
  numbers: (Numbers | null)[];
}

/** Where the numbers of a place are: a parameter as it is, or columns of some. */
type Source = { whole: GivenParameter } | { columns: Columns[] } | null;

/**
 * The numbers for each place, row by row, columns in its own order.
 * Errors: FORMAT with everything that is missing, too much or of another shape, and for several gates without labels.
 */
export function arrange(places: readonly Place[], state: GivenState, options: LoadOptions = {}): Arranged {
  const { numbers, ...result } = arrangeStored(places, state, options);
  return {
    ...result,
    numbers: numbers.map((own, i) => (own !== null && 'axis' in own ? widened(own, places[i].shape) : own)),
  };
}

/** The same, with matrices of int8 as they are. */
export function arrangeStored(
  places: readonly Place[],
  state: GivenState,
  options: LoadOptions = {},
): Arranged<ArrayLike<number> | Int8Matrix> {
  const given = withLabelsOf01(places, givenByName(places, state), options);
  const columns = columnsOf(given, options.from);
  const faults: Faults = { missing: [], extra: [], shapes: [] };
  const used = new Set<string>();
  const sources = places.map((place): Source => {
    const own = given.get(place.name);
    // A parameter of one gate needs no labels.
    if (place.label.blocks.length === 0 || (own !== undefined && !isLabelled(own))) {
      const whole = findWhole(place, own, used, faults);
      return whole === null ? null : { whole };
    }
    const found = findColumns(place, columns, used, faults);
    if (found === null) return null;
    return own !== undefined && hasSameOrder(place, own) ? { whole: own } : { columns: found };
  });
  for (const [name, own] of given) if (!isLabelled(own) && !used.has(name)) faults.extra.push(name);
  for (const [key, { name, block }] of columns) if (!used.has(key)) faults.extra.push(describe(name, block));
  const { missing, extra } = faults;
  if (options.strict !== false) refuse(faults, options.from);
  refuse({ ...faults, missing: [], extra: [] }, options.from);
  return {
    missing,
    unexpected: extra,
    numbers: sources.map((source, i) => {
      if (source === null) return null;
      const { name, shape } = places[i];
      if ('whole' in source) return int8Of(name, source.whole) ?? numbersOf(name, source.whole);
      return gatherInt8(shape, source.columns) ?? gather(shape, source.columns);
    }),
  };
}

interface Faults {
  missing: string[];
  extra: string[];
  shapes: string[];
}

function isLabelled({ blocks = [] }: GivenParameter): boolean {
  return blocks.length > 0;
}

/** Gives labels to what 0.1 saved. Errors: FORMAT for numbers alone where there are several gates. */
function withLabelsOf01(
  places: readonly Place[],
  state: ReadonlyMap<string, GivenParameter>,
  { order, from }: LoadOptions,
): ReadonlyMap<string, GivenParameter> {
  const result = new Map(state);
  for (const { name, shape, label, order01 } of places) {
    const own = state.get(name);
    if (own === undefined || isLabelled(own) || label.blocks.length < 2 || !sameShape(own.shape, shape)) continue;
    if (order !== '0.1' || order01 === undefined) {
      const gates = label.blocks.map((block) => block.gate);
      throw new UnrolledError(
        'FORMAT',
        `expected blocks that say which columns of ${name} are which gate (${briefList(gates)}), received numbers alone${placeOf(from)}`,
        "give blocks as stateDict() does, or set gate by gate, as in rnn.gate('i').weight_x.set(…)",
      );
    }
    const gates = order01();
    const blocks = [...label.blocks].sort((a, b) => gates.indexOf(a.gate) - gates.indexOf(b.gate));
    result.set(name, { ...own, ...label, blocks });
  }
  return result;
}

function placeOf(from: string | undefined): string {
  return from === undefined ? '' : ` in ${from}`;
}

/** A parameter by its name; null where it is missing. */
function findWhole(
  place: Place,
  own: GivenParameter | undefined,
  used: Set<string>,
  faults: Faults,
): GivenParameter | null {
  const { name, shape, label } = place;
  if (own === undefined) {
    faults.missing.push(name);
    return null;
  }
  used.add(name);
  const differ = (expected: string, received: string) => faults.shapes.push(`${name} of ${expected}, not ${received}`);
  const { axes = [] } = own;
  if (!sameShape(own.shape, shape)) differ(formatShape(shape), formatShape(own.shape));
  else if (own.data.length !== sizeOf(shape)) differ(`${sizeOf(shape)} numbers`, String(own.data.length));
  else if (isTurned(label.axes, axes)) differ(`[${label.axes.join(', ')}]`, `[${axes.join(', ')}]`);
  return own;
}

/** Whether the two axes of a matrix are said to be the other way round. */
function isTurned(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.length === 2 && wanted[0] !== wanted[1] && given[0] === wanted[1] && given[1] === wanted[0];
}

/** The columns of each block of a place; null where some are missing. */
function findColumns(
  place: Place,
  columns: ReadonlyMap<string, Columns>,
  used: Set<string>,
  faults: Faults,
): Columns[] | null {
  const { blocks } = place.label;
  const all = blocks.flatMap((block) => {
    const key = keyOf(place.name, block, place.label.heads);
    const found = columns.get(key);
    if (found === undefined) {
      faults.missing.push(describe(place.name, block));
      return [];
    }
    used.add(key);
    const difference = differenceOf(place, block, found);
    const { data, shape } = found.given;
    if (difference !== null) {
      faults.shapes.push(`${describe(place.name, block)} of ${difference[0]}, not ${difference[1]}`);
    } else if (data.length !== sizeOf(shape)) {
      faults.shapes.push(`${found.name} of ${sizeOf(shape)} numbers, not ${data.length}`);
    }
    return [found];
  });
  return all.length === blocks.length ? all : null;
}

/** Whether stored and wanted columns stand in the same order, so that the numbers go as they are. */
function hasSameOrder({ shape, label }: Place, { shape: given, blocks = [] }: GivenParameter): boolean {
  const same = (a: Block, b: Block | undefined) => a.gate === b?.gate && a.operand === b.operand && a.width === b.width;
  return sameShape(shape, given) && label.blocks.every((block, i) => same(block, blocks.at(i)));
}

/** Errors: FORMAT where anything does not match. */
function refuse({ missing, extra, shapes }: Faults, from: string | undefined): void {
  const parts = [
    ...(missing.length > 0 ? [`without ${briefList(missing)}`] : []),
    ...(extra.length > 0 ? [`with ${briefList(extra)} besides`] : []),
    ...(shapes.length > 0 ? [`that should have ${briefList(shapes)}`] : []),
  ];
  if (parts.length === 0) return;
  throw new UnrolledError(
    'FORMAT',
    `expected the parameters of this network${placeOf(from)}, received some ${parts.join(', and ')}`,
    'the network must be made with the same cell and sizes',
  );
}
