// A file that leaves a page: the browser saves it as a download.
import { UnrolledError } from '../errors.js';

/** Milliseconds for the browser to take the bytes over. */
const TAKEN = 10_000;

/** Offers bytes as a download under the last part of a path. Errors: IO where there is no page, as in a worker. */
export function download(path: string, bytes: Uint8Array): void {
  if (typeof document === 'undefined') {
    throw new UnrolledError(
      'IO',
      `expected a page for the download of ${path}, found none`,
      'post toBytes() to the page and save there, or give a FileSystemFileHandle',
    );
  }
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = path.slice(path.lastIndexOf('/') + 1);
  anchor.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, TAKEN);
}
