import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { UnauthenticatedError } from '../../src/domain/errors.ts';
import { ANONYMOUS } from '../../src/domain/viewer.ts';
import { SocketClients } from '../../src/plugins/socket-clients.ts';

const asked = (remoteAddress: string, headers: object = {}) =>
  ({ headers, socket: Object.assign(new EventEmitter(), { remoteAddress }) }) as unknown as IncomingMessage;

const clients = (settings: object = {}) =>
  new SocketClients(
    async (authorization) => {
      if (authorization === null) return ANONYMOUS;
      if (authorization === 'bad') throw new UnauthenticatedError('The token is not good');
      return { ...ANONYMOUS, name: authorization, authenticated: true };
    },
    {
      ...{ clientAddressHeader: '', maxClientRequests: 1, maxClientSubscriptions: 2, maxConnections: 100 },
      ...settings,
    },
  );

describe('sockets', () => {
  test('of one client have so many operations under way together, however many sockets they are', async () => {
    const all = clients();
    const [one] = await all.enter(asked('10.0.0.1'), new Headers());
    const [same] = await all.enter(asked('10.0.0.1'), new Headers());
    const [other] = await all.enter(asked('10.0.0.2'), new Headers());
    const [first, second, third] = [one.begin(), same.begin(), one.begin()];
    expect([typeof first, typeof second, typeof third]).toEqual(['function', 'function', 'function']);
    expect([one.begin(), same.begin()]).toEqual([null, null]);
    expect(other.begin()).not.toBeNull();
    second?.();
    expect(one.begin()).not.toBeNull();
  });

  test('that are closed do not take what they began with them', async () => {
    const all = clients();
    const [one, leave] = await all.enter(asked('10.0.0.1'), new Headers());
    const running = [one.begin(), one.begin(), one.begin()];
    leave();
    const [again, leaveAgain] = await all.enter(asked('10.0.0.1'), new Headers());
    expect(again.begin()).toBeNull();
    for (const over of running) over?.();
    expect(again.begin()).not.toBeNull();
    leaveAgain();
  });

  test('are of a token that is good, wherever they come from, and else of their address', async () => {
    const all = clients();
    const of = async (address: string, authorization: string) =>
      (await all.enter(asked(address), new Headers({ authorization })))[0];
    expect(await of('10.0.0.1', 'ada')).toBe(await of('10.0.0.2', 'ada'));
    expect(await of('10.0.0.1', 'ada')).not.toBe(await of('10.0.0.1', 'bob'));
    expect(await of('10.0.0.1', 'bad')).toBe((await all.enter(asked('10.0.0.1'), new Headers()))[0]);
  });

  test('are so many for each address, as the proxy in front tells it', () => {
    const all = clients({ clientAddressHeader: 'X-Real-IP' });
    for (let i = 0; i < 3; i++) all.takePlace(asked('127.0.0.1', { 'x-real-ip': '10.0.0.1' }));
    all.takePlace(asked('127.0.0.1', { 'x-real-ip': '10.0.0.2' }));
    expect(() => all.takePlace(asked('127.0.0.1', { 'x-real-ip': '10.0.0.1' }))).toThrow('the limit is 3');
  });
});
