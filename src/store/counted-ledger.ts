import type { Counts } from '../domain/record.ts';
import type { Ledger } from './store.ts';

/** The same ledger, which tells what files and calls bring, batch by batch, once it is committed. */
export function countedLedger(ledger: Ledger, onCounts: (format: string, counts: Readonly<Counts>) => void): Ledger {
  const own = {
    begin: ledger.begin.bind(ledger),
    write: ledger.write.bind(ledger),
    finish: ledger.finish.bind(ledger),
    bring: ledger.bring.bind(ledger),
  };
  const formats = new Map<number, string>();
  return Object.assign(ledger, {
    async begin(...[identity, ...rest]) {
      const begun = await own.begin(identity, ...rest);
      formats.set(begun.file.id, identity.format);
      return begun;
    },
    async write(fileId, ...rest) {
      const outcome = await own.write(fileId, ...rest);
      onCounts(formats.get(fileId) ?? '', outcome.counts);
      return outcome;
    },
    async finish(fileId, ...rest) {
      formats.delete(fileId);
      return own.finish(fileId, ...rest);
    },
    async bring(call) {
      const outcome = await own.bring(call);
      if (outcome.refused === null) onCounts(call.identity.format, outcome.counts);
      return outcome;
    },
  } satisfies Partial<Ledger>);
}
