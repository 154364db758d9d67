// `version` and `files` are put before this by build/offline.ts.
const cacheName = `unroll-${version}`;

// Files of one build belong together: the pages that are open keep theirs, and a new build waits until they are closed.
self.addEventListener("install", (event) => {
  const fresh = files.map((file) => new Request(file, { cache: "reload" })); // not what an earlier visit left
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const clear = async () => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith("unroll-") && name !== cacheName).map((name) => caches.delete(name)),
    );
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

// What the build holds comes from the cache; anything else is asked of the network as if nobody were between.
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(
    caches.match(event.request, { cacheName, ignoreSearch: true }).then((kept) => kept ?? fetch(event.request)),
  );
});
