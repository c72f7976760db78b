import type { CertificationVersion as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { certificationVersions } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { CertificationVersion, DataFile } from './refs.ts';

const about = DESCRIPTIONS.certificationVersion;
const key = nodeKey('CertificationVersion', ['text', 'text', 'text', 'int']);

builder.nodeRef(CertificationVersion, {
  id: {
    resolve: ({ source, dataset, subsystem, version }: Row) => key.format([source, dataset, subsystem, version]),
    parse: key.parse,
  },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(
      ids.map(([source, dataset, subsystem, version]) =>
        loaders.certificationVersion.load({ source, dataset, subsystem, version }),
      ),
    ),
});

builder.prismaObjectFields(CertificationVersion, (t) => ({
  source: t.exposeString('source', { description: about.source }),
  dataset: t.exposeString('dataset', { description: about.dataset }),
  subsystem: t.exposeString('subsystem', { description: about.subsystem }),
  version: t.exposeInt('version', { description: about.version }),
  kind: t.exposeString('kind', { description: about.kind }),
  author: t.exposeString('author', { nullable: true, description: about.author }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  cause: t.exposeString('cause', { nullable: true, description: about.cause }),
  comment: t.exposeString('comment', { nullable: true, description: about.comment }),
  dataFile: t.field({
    type: DataFile,
    nullable: true,
    description: about.dataFile,
    resolve: ({ fileId }, _args, { loaders }) => (fileId === null ? null : loaders.dataFile.load(fileId)),
  }),
}));

builder.queryField('certificationVersions', (t) =>
  t.field({
    type: certificationVersions.type,
    description:
      'All versions of all certification sources: who made them, when, and why (`current: { eq: true }` for the newest).',
    args: certificationVersions.args,
    resolve: certificationVersions.all,
  }),
);
