import type { Counts } from '../domain/record.ts';
import type { Ledger } from './store.ts';

/** The same ledger, which tells what calls brought once it is committed. */
export function countedLedger(ledger: Ledger, onCounts: (format: string, counts: Readonly<Counts>) => void): Ledger {
  const bring = ledger.bring.bind(ledger);
  ledger.bring = async (call) => {
    const outcome = await bring(call);
    if (outcome.refused === null) onCounts(call.identity.format, outcome.counts);
    return outcome;
  };
  return ledger;
}
