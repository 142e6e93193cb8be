// Places in the text of a cell, and the error that has one.
import { UnrolledError } from '../../errors.js';

/** Where something stands in a text: line and column from 1, and how many characters it has. */
export interface TextPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as JavaScript counts them. */
  readonly column: number;
  /** Characters, 1 or more. */
  readonly length: number;
}

/** What does not fit in the text of a cell, and where: CELL. An editor marks the place. */
export class CellTextError extends UnrolledError {
  /** What it is about. */
  readonly place: TextPlace;

  constructor(message: string, help: string, place: TextPlace, options?: { cause?: unknown }) {
    super('CELL', message, help, options);
    this.name = 'CellTextError';
    this.place = place;
  }
}

/** A text with a name for messages: places read `gru.cell:3:7`, or `line 3, column 7`. */
export class Source {
  readonly #file: string | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  /** A place in words. */
  at({ line, column }: TextPlace): string {
    return this.#file === undefined ? `line ${line}, column ${column}` : `${this.#file}:${line}:${column}`;
  }

  fail(message: string, help: string, place: TextPlace): never {
    throw new CellTextError(`${message} (${this.at(place)})`, help, place);
  }
}

/** From the start of one to the end of another on the same line. */
export function spanning(from: TextPlace, to: TextPlace): TextPlace {
  if (from.line !== to.line) return from;
  return { ...from, length: Math.max(1, to.column + to.length - from.column) };
}
