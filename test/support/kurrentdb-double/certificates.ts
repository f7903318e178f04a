/** Certificates for tests, created each time: an authority and its certificates (X.509 v3 in DER, RFC 5280). */
import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** A certificate and its key, as PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** An authority that signs certificates. */
export interface Authority {
  readonly certificate: string;
  sign(commonName: string, hosts?: ReadonlyArray<string>): Identity;
}

const tagged = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const content = Buffer.concat(parts);
  const bytes: number[] = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  const length = content.length < 128 ? [content.length] : [0x80 | bytes.length, ...bytes];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};

const sequence = (...parts: ReadonlyArray<Uint8Array>) => tagged(0x30, ...parts);
/** A positive number whose first byte is 1, so that it needs no padding. */
const serialNumber = () => tagged(0x02, Buffer.from([1]), randomBytes(12));
const octets = (...parts: ReadonlyArray<Uint8Array>) => tagged(0x04, ...parts);
const bits = (value: Uint8Array) => tagged(0x03, Buffer.from([0]), value);
const utf8 = (text: string) => tagged(0x0c, Buffer.from(text));
const truth = tagged(0x01, Buffer.from([0xff]));

const identifier = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
};

const time = (date: Date) => tagged(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`));
const name = (commonName: string) =>
  sequence(tagged(0x31, sequence(identifier('2.5.4.3'), utf8(commonName))));
const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));
const extension = (id: string, ...parts: ReadonlyArray<Uint8Array>) =>
  sequence(identifier(id), ...parts.slice(0, -1), octets(parts.at(-1)!));

const basicConstraints = (isAuthority: boolean) =>
  extension('2.5.29.19', truth, isAuthority ? sequence(truth) : sequence());

const alternativeNames = (hosts: ReadonlyArray<string>) =>
  extension(
    '2.5.29.17',
    sequence(
      ...hosts.map((host) =>
        /^\d+(\.\d+){3}$/.test(host)
          ? tagged(0x87, Buffer.from(host.split('.').map(Number)))
          : tagged(0x82, Buffer.from(host)),
      ),
    ),
  );

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der
    .toString('base64')
    .replace(/.{64}/g, '$&\n')
    .trimEnd()}\n-----END ${label}-----\n`;

const certificateOf = (
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  signingKey: KeyObject,
  extensions: ReadonlyArray<Buffer>,
): string => {
  const now = Date.now();
  const day = 86_400_000;
  const content = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    serialNumber(),
    ecdsaWithSha256,
    name(issuer),
    sequence(time(new Date(now - day)), time(new Date(now + day))),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = createSign('sha256').update(content).sign(signingKey);
  return pem('CERTIFICATE', sequence(content, ecdsaWithSha256, bits(signature)));
};

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Makes an authority that nobody else trusts. */
export const newAuthority = (commonName = 'test authority'): Authority => {
  const own = newKeys();
  return {
    certificate: certificateOf(commonName, commonName, own.publicKey, own.privateKey, [
      basicConstraints(true),
    ]),
    sign: (subject, hosts = []) => {
      const keys = newKeys();
      const extensions = [basicConstraints(false), ...(hosts.length > 0 ? [alternativeNames(hosts)] : [])];
      return {
        certificate: certificateOf(subject, commonName, keys.publicKey, own.privateKey, extensions),
        key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
};
