// A marked part of the text, as the address has it: `120-126`, both ends inside.

export interface Mark {
  from: number;
  /** The token after it. */
  to: number;
}

/** null for what is none. */
export function readMark(text: string): Mark | null {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(text) ?? [];
  return from === undefined || Number(to) < Number(from) ? null : { from: Number(from), to: Number(to) + 1 };
}

/** From one token to another, whichever comes first. */
export function writeMark(a: number, b: number): string {
  return `${Math.min(a, b)}-${Math.max(a, b)}`;
}
