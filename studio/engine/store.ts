// Where checkpoints are kept: the newest in memory, the rest in the browser's storage. Where storage is refused, in memory alone.

/** Bytes in memory, at most: of a machine with 4 GB, and where the browser does not say it, 48 MB. */
export const MEMORY = 12e6 * Math.min(8, (navigator as { deviceMemory?: number }).deviceMemory ?? 4);
const DATABASE = 'unrolled-studio';
const TABLE = 'checkpoints';
/** Of a session that did not say that it is over, where the browser cannot say it. */
const DAY = 86_400_000;

export class CheckpointStore {
  /** In the order in which they came. */
  readonly #memory = new Map<string, Uint8Array>();
  readonly #stored = new Set<string>();
  readonly #session = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  #size = 0;
  #database: Promise<IDBDatabase | null> | null = null;
  #refused = false;
  #spilling = false;

  /** Whether storage was refused, or is full: then there is memory alone. */
  get isRefused(): boolean {
    return this.#refused;
  }

  /** Bytes in memory. */
  get size(): number {
    return this.#size;
  }

  put(key: string, bytes: Uint8Array): void {
    this.#memory.set(key, bytes);
    this.#size += bytes.length;
    if (this.#size > MEMORY) void this.#spill();
  }

  /** null where it is no longer there. */
  async get(key: string): Promise<Uint8Array | null> {
    const own = this.#memory.get(key);
    if (own !== undefined) return own;
    const database = this.#stored.has(key) ? await this.#open() : null;
    if (database === null) return null;
    const found: unknown = await answered(database.transaction(TABLE).objectStore(TABLE).get(this.#named(key)));
    return found instanceof Uint8Array ? found : null;
  }

  delete(key: string): void {
    this.#size -= this.#memory.get(key)?.length ?? 0;
    this.#memory.delete(key);
    if (this.#stored.delete(key)) {
      const named = this.#named(key);
      void this.#open().then((database) => database?.transaction(TABLE, 'readwrite').objectStore(TABLE).delete(named));
    }
  }

  #named(key: string): string {
    return `${this.#session}/${key}`;
  }

  /** The oldest go to storage, one after the other, until the rest has room. */
  async #spill(): Promise<void> {
    if (this.#spilling || this.#refused) return;
    this.#spilling = true;
    try {
      const database = await this.#open();
      while (database !== null && this.#size > MEMORY) {
        const [oldest] = this.#memory;
        const [key, bytes] = oldest;
        await answered(database.transaction(TABLE, 'readwrite').objectStore(TABLE).put(bytes, this.#named(key)));
        // It may have been given up meanwhile.
        if (!this.#memory.has(key))
          database.transaction(TABLE, 'readwrite').objectStore(TABLE).delete(this.#named(key));
        else {
          this.#stored.add(key);
          this.#memory.delete(key);
          this.#size -= bytes.length;
        }
      }
    } catch {
      this.#refused = true;
    } finally {
      this.#spilling = false;
    }
  }

  #open(): Promise<IDBDatabase | null> {
    this.#database ??= opened(this.#session).catch(() => {
      this.#refused = true;
      return null;
    });
    return this.#database;
  }
}

/** Errors: whatever the browser says of a request. */
function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('expected an answer of the storage, received none'));
  });
}

/** The database, without what pages left behind that are closed. */
async function opened(session: string): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  const database = await answered(request);
  const locks = (navigator as { locks?: LockManager }).locks;
  const name = (one: string): string => `${DATABASE}/${one}`;
  // Held as long as the worker lives.
  if (locks !== undefined) void locks.request(name(session), () => new Promise<never>(() => undefined));
  const held = locks === undefined ? null : new Set((await locks.query()).held?.map((lock) => lock.name));
  const table = database.transaction(TABLE, 'readwrite').objectStore(TABLE);
  for (const key of await answered(table.getAllKeys())) {
    const [owner] = String(key).split('/');
    const isOver = held === null ? Date.now() - Number.parseInt(owner, 10) > DAY : !held.has(name(owner));
    if (isOver && owner !== session) database.transaction(TABLE, 'readwrite').objectStore(TABLE).delete(key);
  }
  return database;
}
