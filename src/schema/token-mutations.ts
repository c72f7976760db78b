import { DAY_MS, DEFAULT_DAYS } from '../domain/api-token.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { TokenRow } from '../store/tokens.ts';
import { builder } from './builder.ts';
import { Token, tokenKey } from './token.ts';
import { Scope } from './viewer.ts';

const CreateTokenInput = builder.inputType('CreateTokenInput', {
  description: 'The token to make.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Names the client: 1 to 100 letters, digits and `. _ - @`. Several tokens may have one name.',
    }),
    scopes: t.field({ type: [Scope], required: true, description: 'What it allows, one scope or more.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Until when it is good, within ten years; 90 days from now unless told.',
    }),
  }),
});

const CreateTokenPayload = builder
  .objectRef<{ readonly token: TokenRow; readonly secret: string }>('CreateTokenPayload')
  .implement({
    description: 'The token that was made.',
    fields: (t) => ({
      token: t.field({ type: Token, description: 'What is kept of it.', resolve: ({ token }) => token }),
      secret: t.exposeString('secret', {
        description:
          'What the client sends (`authorization: Bearer SECRET`). It is told this once: nobody can read it again.',
      }),
    }),
  });

const RevokeTokenInput = builder.inputType('RevokeTokenInput', {
  description: 'The token to revoke.',
  fields: (t) => ({ id: t.id({ required: true, description: 'An `id` that a Token gave.' }) }),
});

const RevokeTokenPayload = builder.objectRef<{ readonly token: TokenRow }>('RevokeTokenPayload').implement({
  description: 'The token that was revoked.',
  fields: (t) => ({
    token: t.field({ type: Token, description: 'What is kept of it.', resolve: ({ token }) => token }),
  }),
});

builder.mutationFields((t) => ({
  createToken: t.field({
    scope: 'admin',
    type: CreateTokenPayload,
    description: 'Makes a token. Unlike other mutations it makes another one each time.',
    args: { input: t.arg({ type: CreateTokenInput, required: true, description: 'Which token.' }) },
    resolve: (_root, { input: { name, scopes, expiresAt } }, { store, viewer }) =>
      store.tokens.create(
        { name, scopes, expiresAt: expiresAt ?? new Date(Date.now() + DEFAULT_DAYS * DAY_MS) },
        viewer.name,
      ),
  }),
  revokeToken: t.field({
    scope: 'admin',
    type: RevokeTokenPayload,
    description: 'Revokes a token: the next request with it is refused. One that was revoked before stays as it is.',
    args: { input: t.arg({ type: RevokeTokenInput, required: true, description: 'Which token.' }) },
    resolve: async (_root, { input: { id } }, { store }) => {
      const [key] = tokenKey.parseGlobal(id);
      const [token] = await store.tokens.revoke({ id: key });
      if (!token) throw new NotFoundError('there is no token of this id', { field: 'id' });
      return { token };
    },
  }),
}));
