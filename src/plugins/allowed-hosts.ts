import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import type { ErrorCode } from './error-codes.ts';
import { isLoopback } from './loopback.ts';
import type { Plugin } from './request-facts.ts';

type Settings = Pick<Config, 'host' | 'allowedHosts'>;

const SETTING = 'LUMIGRAPH_ALLOWED_HOSTS';

/**
 * Answers only who asks this server by a name of its own. A page of another site can have its name point to this machine,
 * and then reads from here as from its own site; but its browser says by which name it asks. An address never comes from a
 * name: who asks by one means it. A server that only this machine reaches is called by names of this machine and those
 * listed; one that others reach may be called anything, unless names are listed.
 */
export function useAllowedHosts(settings: Settings): Plugin {
  const isAllowed = hostCheck(settings);
  return {
    onRequest({ url: { hostname }, fetchAPI, endResponse, serverContext: { facts } }) {
      if (isAllowed(hostname)) return;
      facts.errorCodes.add('FORBIDDEN');
      facts.limits.push(SETTING);
      facts.refused = true;
      const extensions = { code: 'FORBIDDEN' satisfies ErrorCode, setting: SETTING };
      const answer = { errors: [{ message: hostRefusal(hostname), extensions }] };
      endResponse(fetchAPI.Response.json(answer, { status: MISDIRECTED }));
    },
  };
}

/** 421: the server does not answer for this authority. */
const MISDIRECTED = 421;

export const hostRefusal = (name: string) =>
  `this server is not asked by the name ${name.slice(0, MOST_SHOWN)}: if it is to be, add that to ${SETTING}`;

const MOST_SHOWN = 255;

/** Tells of host names (as they stand in URLs) whether this server answers to them. */
export function hostCheck({ host, allowedHosts }: Settings): (hostname: string) => boolean {
  if (allowedHosts.includes('*') || (allowedHosts.length === 0 && !isLoopback(host))) return () => true;
  return (hostname) => isOfThisMachine(hostname) || allowedHosts.some((name) => matches(hostname, name));
}

const isOfThisMachine = (hostname: string) =>
  isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || /(^|\.)localhost\.?$/.test(hostname);

/** `*.example.org`: any name below it. */
const matches = (hostname: string, name: string) =>
  name.startsWith('*.') ? hostname.endsWith(name.slice(1)) : hostname === name;
