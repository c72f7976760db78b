import DataLoader from 'dataloader';

type Key = number | object;

/**
 * A loader of one request: all keys asked for in one turn become one call of `read`, each distinct key once. `read` returns
 * one result a key, in the order of the keys. Keys that are objects are the same where `keyOf` names them alike.
 */
export function byKey<K extends Key, Row>(
  read: (keys: readonly K[]) => Promise<readonly Row[]>,
  keyOf?: (key: K) => string,
): DataLoader<K, Row, K | string> {
  return new DataLoader<K, Row, K | string>((keys) => read(keys), keyOf && { cacheKeyFn: keyOf });
}

/**
 * The same for what thousands of rows of a response point to: a row that is known, in the process (`known`) or the
 * request, comes at once and without a promise; until then every call for one key gets the very same promise.
 */
export function sharedByKey<Row>(
  read: (keys: readonly number[]) => Promise<readonly Row[]>,
  known?: (key: number) => Row | undefined,
) {
  const loader = new DataLoader<number, Row>((keys) => read(keys), { cache: false });
  const rows = new Map<number, Row | Promise<Row>>();
  return {
    load(key: number): Row | Promise<Row> {
      let row = rows.get(key);
      if (row !== undefined) return row;
      row = known?.(key);
      if (row === undefined) {
        const loading = loader.load(key);
        loading.then(
          (loaded) => rows.set(key, loaded),
          () => {}, // whoever asked may have failed by something else first, and then nobody looks at this failure
        );
        row = loading;
      }
      rows.set(key, row);
      return row;
    },
  };
}

/** Loaders of one request by what tells them apart, each made when first asked for. */
export function byArguments<Arguments extends readonly unknown[], Loader>(
  make: (...given: Arguments) => Loader,
): (...given: Arguments) => Loader {
  const loaders = new Map<string, Loader>();
  return (...given) => {
    const name = JSON.stringify(given, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    let loader = loaders.get(name);
    if (loader === undefined) {
      loader = make(...given);
      loaders.set(name, loader);
    }
    return loader;
  };
}
