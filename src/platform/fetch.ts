// Files by `fetch`.
import { UnrolledError } from '../errors.js';

/** The whole body of what stands at an address. Errors: NOT_FOUND, IO. */
export async function fetchBytes(address: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new UnrolledError(
      'IO',
      `expected an answer from ${String(address)}, received none`,
      'check the address and the network',
      { cause },
    );
  }
  return bytesOfResponse(response, String(address));
}

/** The body of an answer. Errors: NOT_FOUND, IO. */
export async function bytesOfResponse(response: Response, address: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) throw badStatus(address, response.status);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const help = 'check the network; a Response can be read once only';
    throw new UnrolledError('IO', `expected all of ${address}, received a part or nothing`, help, { cause });
  }
}

/** The error of an answer that has nothing of what was asked for. */
export function badStatus(address: string, status: number): UnrolledError {
  const code = status === 404 ? 'NOT_FOUND' : 'IO';
  return new UnrolledError(code, `expected ${address}, received status ${status}`, 'check that the file is served');
}
