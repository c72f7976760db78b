const KEY = 'lumigraph:token';

/** Where the page keeps its token: in a browser the storage of the tab, gone when it is closed. */
interface Keep {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Keeps the token of a link `...#token=lg_...`. What stands behind `#` a browser sends to nobody, and
 * `forget` takes it out of the address bar, and so of history and of links that are copied.
 */
export function takeToken(hash: string, keep: Keep, forget: () => void): void {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token');
  if (token === null) return;
  keep.setItem(KEY, token);
  forget();
}

/**
 * Sends the token with each request that has none of its own. One that the server refuses is dropped, so that reading
 * goes on without: the page may have outlived the server that made it.
 */
export function fetchWithToken(keep: Keep, fetchOf: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const token = keep.getItem(KEY);
    const headers = new Headers(init?.headers);
    if (token === null || headers.has('authorization')) return fetchOf(input, init);
    headers.set('authorization', `Bearer ${token}`);
    const response = await fetchOf(input, { ...init, headers });
    if (response.status !== 401) return response;
    keep.removeItem(KEY);
    return fetchOf(input, init);
  };
}
