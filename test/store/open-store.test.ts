/**
 * The setting of the store, and the store that it opens.
 */
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { origin } from '../../src/store/event-store.ts';
import { parseSettings, withoutSecrets } from '../../src/store/kurrentdb/settings.ts';
import { openLogFile } from '../../src/store/open/open-log-file.ts';
import { openStore } from '../../src/store/open/open-store.ts';
import { readStoreSetting } from '../../src/store/open/store-setting.ts';
import { appended, event, impatient, insecure, names, runningNode, until } from './kurrentdb-ledgers.ts';
import { fileForTest } from './ledger-files.ts';

describe('the setting of the store', () => {
  const connectionStringOf = (text: string): string | undefined => {
    const settings = parseSettings(text);
    return E.isRight(settings) ? settings.right.connectionString : undefined;
  };

  test('given a connection string, the client gets it without the keys of Domicile', () => {
    expect(connectionStringOf('esdb://localhost:2113?tls=false&ledger=books')).toBe(
      'esdb://localhost:2113?tls=false&connectionName=domicile',
    );
    expect(connectionStringOf('kurrentdb+discover://db.example:2113/?connectionName=me')).toBe(
      'esdb+discover://db.example:2113?connectionName=me',
    );
    expect(connectionStringOf('esdb://u:p%40@a:1,b:2,c:3')).toBe(
      'esdb://u:p%40@a:1,b:2,c:3?connectionName=domicile',
    );
  });

  test('given an invalid setting, it says what is valid, and shows no password', () => {
    for (const [text, reason] of [
      ['http://localhost', 'esdb://'],
      ['esdb://?tls=false', 'no host'],
      ['esdb://localhost?ledger=Big', 'a-z'],
      ['esdb://localhost?tlsVerifyCert=false', 'tlsCAFile'],
      ['esdb://localhost?userCertFile=a.crt', 'userKeyFile'],
      ['esdb://localhost?colour=red', 'colour'],
      ['esdb://localhost?tls', 'key=value'],
      ['esdb://admin:se?cret=1@localhost', '%40'],
      ['esdb://admin:se@cret@localhost', '%40'],
      ['esdb://admin:se:cret@localhost', '%3A'],
    ] as const) {
      const settings = parseSettings(text);
      expect(settings, text).toMatchObject(E.left(expect.stringContaining(reason)));
      expect(JSON.stringify(settings)).not.toContain('cret');
    }
    expect(withoutSecrets('esdb://admin:changeit@a:1?tls=true')).toBe('esdb://***@a:1?tls=true');
    expect(readStoreSetting('postgres')).toMatchObject(E.left(expect.stringContaining('sqlite:DIR')));
    expect(readStoreSetting('sqlite:')).toMatchObject(E.left(expect.stringContaining('directory')));
    expect(readStoreSetting('sqlite:./data')).toEqual(E.right({ kind: 'sqlite', directory: './data' }));
  });

  test('given a wrong setting, opening throws it', async () => {
    await expect(
      openStore({ store: 'esdb://localhost?colour=red', dataDirectory: 'unused' }),
    ).rejects.toMatchObject({ _tag: 'WrongStoreSetting', message: expect.stringContaining('LEDGER_STORE') });
  });
});

describe('opening', () => {
  test('given either store, its log can be read at once from the file it names', async () => {
    const node = await runningNode();
    for (const store of ['sqlite:unused', insecure(node)]) {
      const dataDirectory = fileForTest('data');
      const opened = await openStore({ store, dataDirectory }, { limits: impatient });
      onTestFinished(() => opened.store.close());
      appended(await opened.store.append([event('a', '1'), event('b', '1')]));
      expect(opened.logFile.startsWith(join(dataDirectory, ''))).toBe(true);
      const log = openLogFile(opened.logFile);
      onTestFinished(() => log.close());
      expect(names(log.after(origin, 10))).toEqual(['a 1', 'b 1']);
    }
  });

  test('given two processes on KurrentDB, each is notified of what the other recorded', async () => {
    const node = await runningNode();
    const open = async () => {
      const opened = await openStore(
        { store: insecure(node), dataDirectory: fileForTest('data') },
        { limits: impatient },
      );
      onTestFinished(() => opened.store.close());
      return opened;
    };
    const [one, two] = await Promise.all([open(), open()]);
    let told = 0;
    const forget = two.onGrown(() => {
      told += 1;
    });
    appended(await one.store.append([event('a', '1')]));
    await until(() => told > 0);
    forget();
  });
});
