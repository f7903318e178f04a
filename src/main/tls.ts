/** The certificate of a server, renewed while it serves. */
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import type { Logger } from 'pino';
import type { TlsFiles } from '../ledger/settings.ts';

/** How often the files are checked, in milliseconds. */
const lookAtMs = 60_000;

/** A certificate and its key, as PEM. */
interface Credentials {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** An unusable certificate: which file, and why. */
class CertificateUnusable extends Error {
  constructor(reason: string) {
    super(`LEDGER_TLS_CERT, LEDGER_TLS_KEY: ${reason}`);
    this.name = 'CertificateUnusable';
  }
}

const contentOf = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CertificateUnusable(`${file} cannot be read (${why})`);
  }
};

/**
 * Reads a certificate and its key.
 *
 * @throws CertificateUnusable
 */
export const readCredentials = ({ certificate, key }: TlsFiles): Credentials => {
  const credentials = { cert: contentOf(certificate), key: contentOf(key) };
  try {
    createSecureContext(credentials);
  } catch {
    // OpenSSL's message may quote the key.
    throw new CertificateUnusable(
      `${certificate} and ${key} are not a certificate chain and its private key, both PEM`,
    );
  }
  return credentials;
};

const changedAt = ({ certificate, key }: TlsFiles): string =>
  [certificate, key].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 'none').join(' ');

/**
 * Switches to a renewed certificate. An unusable one is logged, and the previous one stays. @returns a function
 * that stops this.
 */
export const renewCredentials = (server: Server, files: TlsFiles, logger: Logger): (() => void) => {
  let seen = changedAt(files);
  const timer = setInterval(() => {
    const now = changedAt(files);
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext(readCredentials(files));
      logger.info('the certificate was renewed');
    } catch (error) {
      logger.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'certificate not renewed');
    }
  }, lookAtMs);
  timer.unref();
  return () => clearInterval(timer);
};
