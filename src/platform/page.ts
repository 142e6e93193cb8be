// What hosts answer with where a file is missing.

/** Whether bytes are an HTML page. */
export function isPage(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  return /^<(!doctype html|html|head|body|!--)/i.test(start);
}
