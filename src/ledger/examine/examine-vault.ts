/** Examines the vault of another process over HTTP. */
import { type HttpVaultOptions, httpVault } from '../../people/vault/http-vault.ts';
import type { Check } from './check.ts';

const isLoopback = (url: string): boolean => /^(localhost|127\..+|\[::1\])$/.test(new URL(url).hostname);

/** Sends one request to the vault. */
export const examineVault = async (address: HttpVaultOptions): Promise<Check> => {
  const name = 'vault';
  const fault = await httpVault(address).fault();
  if (fault !== undefined) {
    return {
      name,
      state: 'failed',
      found: `kept at ${address.url}: ${fault}`,
      remedy: 'Start that process, and give one of its keys with the scope vault in LEDGER_VAULT_KEY',
    };
  }
  return address.url.startsWith('https:') || isLoopback(address.url)
    ? { name, state: 'ok', found: `kept at ${address.url}, which answers`, remedy: null }
    : {
        name,
        state: 'warning',
        found: `kept at ${address.url}, which answers; people’s identifiers travel there unencrypted`,
        remedy: 'Put the process behind TLS, and use its https address',
      };
};
