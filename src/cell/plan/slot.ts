// Slots: what the stages of a step read and write, as data. In an expression a slot is an input, whose name is made here and read by
// nobody else.
import { UnrolledError } from '../../errors.js';
import { input, type InputExpr } from '../../program/expr.js';
import { leafNamed, type Leaf, leafExpr } from '../define/leaf.js';

/** What has neither name nor number: the gradient of x, the gradient of the output, the factor of randomized truncation. */
type Single = 'dInput' | 'dOutput' | 'gradientScale';

/** What belongs to a state, linear or vector of the cell, or is named by its author. */
type Named =
  /** A state after the step; its gradient, which arrives from the step after and becomes that for the step before. */
  | 'nextState'
  | 'dState'
  /** A linear's columns in G after the step (`Context.kept`); its gradient; its columns of the row of weight_x that a token picks; its bias. */
  | 'kept'
  | 'dLinear'
  | 'tokenRow'
  | 'bias'
  /** A vector's gradient: added up over steps, a row for each group of rows. */
  | 'dVector'
  /** A value that is kept for people. */
  | 'trace';

type Numbered =
  /** An operand of linears that is computed, by its number in `Layout.computed`; its gradient. */
  | 'computed'
  | 'dComputed'
  /** What a row sum adds up, and the sum, by its number in `Context.sums`; the same for those that backward has of its own. */
  | 'summed'
  | 'sum'
  | 'dSummed'
  | 'dSum'
  /** What a later round takes from memory. */
  | 'saved';

type OfName<K extends string> = K extends string ? { readonly kind: K; readonly name: string } : never;
type OfNumber<K extends string> = K extends string ? { readonly kind: K; readonly number: number } : never;
type Alone<K extends string> = K extends string ? { readonly kind: K } : never;

/** A leaf of the cell's graph (a linear: its products, without the bias), or what a plan adds. The same slot is the same object. */
export type Slot = Leaf | Alone<Single> | OfName<Named> | OfNumber<Numbered>;

/** A slot with memory of its own; others are a part of one that is shared (G, the states, the parameters). */
export type OwnSlot = Exclude<
  Slot,
  { readonly kind: 'state' | 'nextState' | 'linear' | 'kept' | 'dLinear' | 'tokenRow' | 'bias' | 'vector' }
>;

/** By the name of their input. */
const slots = new Map<string, Slot>();

export function slot<K extends 'input' | Single>(kind: K): Alone<K>;
export function slot<K extends Exclude<Leaf['kind'], 'input'> | Named>(kind: K, name: string): OfName<K>;
export function slot<K extends Numbered>(kind: K, number: number): OfNumber<K>;
export function slot(kind: Slot['kind'], of?: string | number): Slot {
  const made = (
    typeof of === 'number' ? { kind, number: of } : of === undefined ? { kind } : { kind, name: of }
  ) as Slot;
  return known(read(made).name, made);
}

function known(name: string, made: Slot): Slot {
  let found = slots.get(name);
  if (found === undefined) slots.set(name, (found = made));
  return found;
}

/** A slot in an expression. */
export function read(of: Slot): InputExpr {
  switch (of.kind) {
    case 'input':
    case 'state':
    case 'linear':
    case 'vector':
    case 'mask':
      return leafExpr(of);
    default:
      return input(`${of.kind} ${'name' in of ? of.name : 'number' in of ? of.number : ''}`);
  }
}

/** The slot of an input's name. Errors: INTERNAL for another input. */
export function slotNamed(name: string): Slot {
  const found = slots.get(name);
  if (found !== undefined) return found;
  const leaf = leafNamed(name);
  if (leaf === null)
    throw new UnrolledError('INTERNAL', `expected an operand of a step, received ${name}`, 'report this');
  return known(name, leaf);
}
