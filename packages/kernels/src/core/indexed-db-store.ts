import type { ChoiceStore } from "./choices";

const TABLE = "texts";

/**
 * Keeps measured choices in this origin's IndexedDB: `open({ choices: { store: indexedDBStore() } })`.
 * @param name of the database
 */
export function indexedDBStore(name = "unroll"): ChoiceStore {
  return {
    load: () => transact(name, "readonly", (table) => table.get("choices")).then((found) => found ?? null),
    save: (text) => transact(name, "readwrite", (table) => table.put(text, "choices")).then(() => undefined),
  };
}

async function transact<T>(
  name: string,
  mode: IDBTransactionMode,
  request: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await settled(opened(name));
  try {
    return await settled(request(database.transaction(TABLE, mode).objectStore(TABLE)));
  } finally {
    database.close();
  }
}

function opened(name: string): IDBOpenDBRequest {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  return opening;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
