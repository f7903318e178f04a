/**
 * The headers by which proxies describe a forwarded request: `Forwarded` (RFC 7239) and the older `X-Forwarded-*`.
 *
 * Anybody can send these headers, so they count only from trusted peers, and only the outermost trusted proxy's
 * values count. A proxy that writes one kind may pass on the other from the caller: if the two differ, the request
 * is refused.
 */
import { BlockList, isIP } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import type { Problem } from '../../contract/problem.ts';
import type { TrustedProxies } from '../../ledger/settings.ts';

/** The origin of a request: the caller's address, and the requested host. */
export interface Origin {
  /** The caller's address, if known. */
  readonly address: string | undefined;
  /** The caller's `Host` header; undefined if no proxy reports it. */
  readonly forwardedHost: string | undefined;
}

/** One step on the way of a request. */
interface Step {
  readonly by: string | undefined;
  readonly host: string | undefined;
}

/** Steps to examine; an honest list is not longer. */
const stepsMax = 32;

const plainAddress = (text: string): string => {
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]+)\](:\d+)?$/.exec(bare)?.[1];
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(bare)?.[1];
  return (bracketed ?? withPort ?? bare).replace(/^::ffff:(?=\d+\.)/i, '');
};

const itemsOf = (header: string | undefined): ReadonlyArray<string> =>
  header === undefined ? [] : header.split(',').map((item) => item.trim());

const forwardedSteps = (header: string | undefined): ReadonlyArray<Step> =>
  itemsOf(header).map((element) => {
    const pairs = element.split(';').map((pair) => /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(pair));
    const parameter = (name: string): string | undefined =>
      pairs.find((pair) => pair?.[1]?.toLowerCase() === name)?.[2]?.replace(/^"(.*)"$/, '$1');
    const by = parameter('for');
    return { by: by === undefined ? undefined : plainAddress(by), host: parameter('host') };
  });

/** `X-Forwarded-Host` has one value for each proxy, or a single one from the first proxy. */
const legacySteps = (addresses: string | undefined, hosts: string | undefined): ReadonlyArray<Step> => {
  const by = itemsOf(addresses).map(plainAddress);
  const host = itemsOf(hosts);
  const count = Math.max(by.length, host.length);
  return Array.from({ length: count }, (_, index) => ({
    by: by[index - (count - by.length)],
    host: host.length === 1 ? host[0] : host[index - (count - host.length)],
  }));
};

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether a peer is a trusted proxy. */
const trustOf = (trusted: TrustedProxies): ((address: string | undefined) => boolean) => {
  if (typeof trusted === 'string') return () => false;
  const list = new BlockList();
  for (const item of trusted) {
    const [address = '', prefix] = item.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => address !== undefined && isIP(address) !== 0 && list.check(address, familyOf(address));
};

/** The step that the outermost trusted proxy wrote. */
const outermost = (steps: ReadonlyArray<Step>, isTrusted: (address: string | undefined) => boolean) => {
  let index = steps.length - 1;
  while (index > 0 && isTrusted(steps[index]!.by)) index--;
  return steps[index];
};

const differing = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one.toLowerCase() !== other.toLowerCase();

const peerOf = (context: Context): string | undefined => {
  const bindings = context.env as Partial<HttpBindings> | undefined;
  const address = bindings?.incoming?.socket?.remoteAddress;
  return address === undefined ? undefined : plainAddress(address);
};

const refused = (parameter: string, detail: string): E.Either<Problem, never> =>
  E.left({ kind: 'bad-parameter', parameter, detail });

/** Returns a function that reads the origin of a request, as far as its peers are trusted. */
export const originReader = (trusted: TrustedProxies): ((context: Context) => E.Either<Problem, Origin>) => {
  const isTrusted = trustOf(trusted);
  return (context) => {
    const peer = peerOf(context);
    if (trusted !== 'on' && !isTrusted(peer)) return E.right({ address: peer, forwardedHost: undefined });
    const header = (name: string) => context.req.header(name);
    const standard = forwardedSteps(header('forwarded'));
    const legacy = legacySteps(header('x-forwarded-for'), header('x-forwarded-host'));
    if (standard.length > stepsMax || legacy.length > stepsMax)
      return refused('Forwarded', `Forwarded: expected at most ${stepsMax} proxies`);
    const [one, other] = [outermost(standard, isTrusted), outermost(legacy, isTrusted)];
    if (differing(one?.host, other?.host) || differing(one?.by, other?.by)) {
      return refused(
        'Forwarded',
        'Forwarded: it contradicts X-Forwarded-For or X-Forwarded-Host; configure the proxy to remove the headers that it does not write',
      );
    }
    return E.right({ address: one?.by ?? other?.by ?? peer, forwardedHost: one?.host ?? other?.host });
  };
};
