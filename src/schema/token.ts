import { requireScope } from '../domain/viewer.ts';
import type { TokenRow } from '../store/tokens.ts';
import { builder } from './builder.ts';
import { nodeKey } from './global-id.ts';
import { Scope } from './viewer.ts';

/** Keys of tokens in ids. */
export const tokenKey = nodeKey('Token', ['text']);

export const Token = builder.objectRef<TokenRow>('Token');

builder.node(Token, {
  description: 'A token that shows who a client is. What the client sends is not kept, and cannot be read again.',
  id: { resolve: ({ id }) => tokenKey.format([id]), parse: tokenKey.parse },
  loadManyWithoutCache: (ids, { store, viewer }) => {
    requireScope(viewer, 'admin');
    return store.tokens.byIds(ids.map(([id]) => id));
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the client that has it.' }),
    scopes: t.field({
      type: [Scope],
      description: 'What it was given; some scopes include others.',
      resolve: ({ scopes }) => scopes,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.exposeString('createdBy', {
      description: 'Name of the viewer who made it; `command line` where that was `npm run token`.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it is good.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was used last, to the minute; null where it never was.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null where it was not.',
    }),
  }),
});

builder.queryField('tokens', (t) =>
  t.field({
    scope: 'admin',
    type: [Token],
    description: 'All tokens that were ever made, oldest first. Needs the scope ADMIN.',
    resolve: (_root, _args, { store }) => store.tokens.list(),
  }),
);
