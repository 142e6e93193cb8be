// A service worker for hosts that cannot send headers: it adds those that let the page share memory with its workers.
interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
const scope = self as unknown as {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: string, listener: (event: Event) => void): void;
};

scope.addEventListener('install', () => {
  void scope.skipWaiting();
});
scope.addEventListener('activate', () => {
  void scope.clients.claim();
});
scope.addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent;
  if (new URL(request.url).origin !== location.origin) return;
  (event as FetchEvent).respondWith(isolated(request));
});

async function isolated(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
