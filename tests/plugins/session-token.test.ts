import { describe, expect, test } from 'vitest';
import { type Environment, parseConfig } from '../../src/config.ts';
import { idOfToken } from '../../src/domain/api-token.ts';
import { describeSession, mintSessionToken } from '../../src/plugins/session-token.ts';

const mint = (environment: Environment, anyGood = false) =>
  mintSessionToken({ tokens: { anyGood: async () => anyGood } as never }, parseConfig(environment));

describe('the token of a session', () => {
  test.each([{}, { HOST: '::1' }, { HOST: 'localhost' }, { LUMIGRAPH_MUTATIONS: 'off', LUMIGRAPH_READ: 'token' }])(
    'is made on a laptop (%j), another one each time',
    async (environment) => {
      const [one, two] = [await mint(environment), await mint(environment)];
      expect(idOfToken(one ?? '')).not.toBeNull();
      expect(one).not.toBe(two);
    },
  );

  test.each([{ HOST: '0.0.0.0' }, { HOST: '::' }, { HOST: 'dqm.example.org' }, { HOST: '127.0.0.1.example.org' }])(
    'is not made where others reach the server: %j',
    async (environment) => expect(await mint(environment)).toBeNull(),
  );

  test('is not made where there is a token that lasts, nor where nothing needs one', async () => {
    expect(await mint({}, true)).toBeNull();
    expect(await mint({ LUMIGRAPH_MUTATIONS: 'off' })).toBeNull();
    expect(await mint({ LUMIGRAPH_READ_ONLY: 'on' })).toBeNull();
  });

  test('is told behind # in the link, which a browser sends to nobody', () => {
    expect(describeSession('lg_x', 'http://localhost:4000/graphiql')).toMatch(
      /^ {2}in a browser: {3}http:\/\/localhost:4000\/graphiql#token=lg_x\n.*until this server stops/,
    );
    expect(describeSession('lg_x', null)).toMatch(/^ {2}with the token: lg_x\n/);
    expect(describeSession(null, 'http://localhost:4000/graphiql')).toBe(
      '  in a browser:   http://localhost:4000/graphiql\n',
    );
    expect(describeSession(null, null)).toBe('');
  });
});
