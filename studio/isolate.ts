// Where the host sends no headers for shared memory, a service worker adds them: the page loads once more, then has threads. Where that
// is refused, it goes on with one.

/** Of this visit: it is tried once. */
const TRIED = 'unrolled-studio-isolated';

/** @returns true where the page is about to be loaded again */
export async function isolate(): Promise<boolean> {
  if (globalThis.crossOriginIsolated || !('serviceWorker' in navigator)) return false;
  try {
    if (sessionStorage.getItem(TRIED) !== null) return false;
    sessionStorage.setItem(TRIED, '1');
    await navigator.serviceWorker.register(new URL('./isolator.js', import.meta.url));
    await navigator.serviceWorker.ready;
  } catch {
    return false;
  }
  location.reload();
  return true;
}
