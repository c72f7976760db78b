import type { CertificationChange as Change } from '../store/events.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { atEvent, eventStream, lossTeller } from './event-source.ts';

const about = DESCRIPTIONS.certification;

/** Changes that wait for a slow client. */
const MOST_WAITING = 1_000;

const CertificationChange = builder.objectRef<Change>('CertificationChange').implement({
  description: 'What a source says of a dataset and a subsystem is another thing now.',
  fields: (t) => ({
    source: t.exposeString('source', { description: about.source }),
    dataset: t.exposeString('dataset', { description: about.dataset }),
    subsystem: t.exposeString('subsystem', { description: about.subsystem }),
    version: t.exposeInt('version', {
      nullable: true,
      description: 'The version that is the newest now; null where none is left.',
    }),
  }),
});

builder.subscriptionField('certificationChanged', (t) =>
  t.field({
    type: CertificationChange,
    scope: 'read',
    description:
      'Each change of what a certification source says in its newest version: a further version, one that was withdrawn, or a run of it that was deleted. Masks and verdicts of the source are to be asked for again.',
    args: { source: t.arg.string({ description: 'Of this source alone; of all of them where it is left out.' }) },
    subscribe: async (_root, { source }, context) => {
      const losses = lossTeller(context, 'changes of certifications');
      const { values } = await eventStream<Change | null, Change>(context, {
        topic: 'certifications',
        most: MOST_WAITING,
        items(event) {
          if (event.kind === 'missed') return [null];
          if (event.kind !== 'certification' || (source != null && event.source !== source)) return [];
          return [event];
        },
        async turn({ item, dropped }) {
          losses.dropped(dropped);
          if (item === null) losses.missed();
          return item ?? undefined;
        },
      });
      return values;
    },
    resolve: (change, _args, context) => atEvent(change, context),
  }),
);
