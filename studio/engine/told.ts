// An error as plain data.
import { UnrolledError } from 'unrolled';

/** An error as the page shows it. */
export function told(error: unknown): { code: string; message: string; help: string } {
  if (error instanceof UnrolledError) return { code: error.code, message: error.message, help: error.help ?? '' };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, help: 'reload the page; if it comes again, report it with the address' };
}
