import type { Run as Row } from '../generated/sqlite/client.ts';
import type { StoreEvent } from '../store/events.ts';
import { builder } from './builder.ts';
import { atEvent, eventStream, lossTeller, onceFor, sharedReads } from './event-source.ts';
import { Run } from './refs.ts';

/** Runs that wait for a slow client. */
const MOST_WAITING = 1_000;

type Added = { readonly event: StoreEvent & { readonly kind: 'runs' }; readonly index: number } | null;

builder.subscriptionField('runAdded', (t) =>
  t.field({
    type: Run,
    scope: 'read',
    description:
      'Each run that was not stored before, once it is. A client that reads so slowly that more than 1,000 wait loses the oldest, and is told how many in `extensions.warnings`.',
    subscribe: async (_root, _args, context) => {
      const reads = sharedReads(context);
      const losses = lossTeller(context, 'runs');
      const { values } = await eventStream<Added, Row>(context, {
        topic: 'runs',
        most: MOST_WAITING,
        items: (event) => (event.kind === 'runs' ? event.numbers.map((_, index) => ({ event, index })) : [null]),
        async turn({ item, dropped }) {
          losses.dropped(dropped);
          if (item === null) return void losses.missed();
          const rows = await onceFor(item.event, () => reads.runs(item.event.numbers));
          // deleted again
          return rows[item.index] ?? undefined;
        },
      });
      return values;
    },
    resolve: (run, _args, context) => atEvent(run, context),
  }),
);
