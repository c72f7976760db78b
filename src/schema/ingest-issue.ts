import type { IngestIssue as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { IssueSeverity } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { DataFile, IngestIssue } from './refs.ts';

const about = DESCRIPTIONS.ingestIssue;
const key = nodeKey('IngestIssue', ['int', 'int']);

builder.nodeRef(IngestIssue, {
  id: { resolve: ({ fileId, number }: Row) => key.format([fileId, number]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(ids.map(([fileId, number]) => loaders.ingestIssue.load({ fileId, number }))),
});

const safe = (value: bigint | number | null) => (value === null ? null : Number(value));

builder.prismaObjectFields(IngestIssue, (t) => ({
  number: t.exposeInt('number', { description: about.number }),
  severity: t.field({
    type: IssueSeverity,
    description: about.severity,
    resolve: ({ severity }) => severity as typeof IssueSeverity.$inferType,
  }),
  code: t.exposeString('code', { description: about.code }),
  line: t.field({ type: 'SafeInt', nullable: true, description: about.line, resolve: ({ line }) => safe(line) }),
  byte: t.field({ type: 'SafeInt', nullable: true, description: about.byte, resolve: ({ byte }) => safe(byte) }),
  field: t.exposeString('field', { nullable: true, description: about.field }),
  value: t.exposeString('value', { nullable: true, description: about.value }),
  reason: t.exposeString('reason', { description: about.reason }),
  dataFile: t.field({
    type: DataFile,
    description: about.dataFile,
    resolve: ({ fileId }, _args, { loaders }) => loaders.dataFile.load(fileId) as Promise<never>,
  }),
}));
