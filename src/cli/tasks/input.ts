// What `inspect` is given to read: a text for models of texts, a series for a forecaster.
import { UnrolledError } from '../../errors.js';
import type { InspectCall } from './task.js';

/** The text; undefined where there is none. Errors: OPTION for a series. */
export function textInput({ text, series }: InspectCall, noun: string): string | undefined {
  if (series === undefined) return text;
  throw new UnrolledError('OPTION', `expected a text for ${noun}, received a series`, 'use --text');
}
