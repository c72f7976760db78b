import { SCOPES, type Scope as ScopeName, type Viewer as ViewerRow } from '../domain/viewer.ts';
import { builder } from './builder.ts';

const ABOUT: Readonly<Record<ScopeName, string>> = {
  read: 'Everything that is no mutation. Every other scope includes it.',
  ingest: 'Bringing data, and taking back what a file brought.',
  challenge: 'Taking part in challenges.',
  admin: 'Everything: also tokens, and the deletion of runs.',
};

export const Scope = builder.enumType('Scope', {
  description: 'What a token allows.',
  values: Object.fromEntries(
    SCOPES.map((value) => [value.toUpperCase(), { value, description: ABOUT[value] }]),
  ) as Record<Uppercase<ScopeName>, { value: ScopeName; description: string }>,
});

const Viewer = builder.objectRef<ViewerRow>('Viewer').implement({
  description: 'Who asks, and what it may do.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'Name of the token; `jwt:SUBJECT` of one by another issuer, `anonymous` without one.',
    }),
    scopes: t.field({
      type: [Scope],
      description: 'All that it may do, what one scope includes among it.',
      resolve: ({ scopes }) => scopes,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the token is good; null without one, and of one that lasts as long as the server runs.',
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who asks, by the token it sent.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
