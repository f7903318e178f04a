/** The integrity of the log for a reader: its page, the proof of an event, and the changing mark. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parseVerifierKey } from '../../src/integrity/keys.ts';
import { parseTlogProof, verifyTlogProof } from '../../src/integrity/tlog-proof.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { newDataDirectory, removeDirectory } from '../support/server.ts';
import { startWitness } from '../support/witnesses.ts';
import { consoleOver, downloaded, foundingCase, picture } from './support/console.ts';

const the = consoleOver(foundingCase);

describe('Given the founding case', () => {
  it('then the page Integrity shows what is signed, by which keys, and what was signed before', async () => {
    const page = await the.page('/');
    await page.getByRole('link', { name: 'Integrity of the log' }).click();
    await page.getByText('The log agrees with what was signed').waitFor();
    await page.getByText('domicile.local/ledger', { exact: true }).waitFor();
    await page.getByText('Ed25519', { exact: true }).waitFor();
    const newest = page.getByRole('table', { name: 'Checkpoints' }).getByRole('row').nth(1);
    await expect.poll(() => newest.innerText()).toMatch(/^101\s/);
    await picture(page, 'screens/integrity');
  });

  it('when a reader saves the proof of an event, then it verifies with the key on the page', async () => {
    const page = await the.page('/log?proof=7');
    const proof = page.getByRole('complementary', { name: 'Proof' });
    await proof.getByText('Proof that it is in the signed log').click();
    await proof.getByText('101 events').waitFor();
    const { text } = await downloaded(page, () =>
      proof.getByRole('button', { name: 'Save the proof' }).click(),
    );
    const keysPage = await the.page('/integrity');
    const { text: key } = await downloaded(keysPage, () =>
      keysPage.getByRole('button', { name: 'Save the key' }).first().click(),
    );
    const [read, verifier] = [parseTlogProof(text), parseVerifierKey(key.trim())];
    if (E.isLeft(read) || E.isLeft(verifier)) throw new Error('the files cannot be read');
    expect(E.isRight(verifyTlogProof(read.right, read.right.extra!, [verifier.right]))).toBe(true);
  });

  it('when a reader saves the evidence about a person, then the page Check verifies it, and no altered one', async () => {
    const person = await the.page('/person?subject=ben&validAt=2022-06-30&knownPosition=101');
    const page = person.waitForEvent('download', (each) => each.suggestedFilename().endsWith('.html'));
    const { name, text } = await downloaded(person, () =>
      person.getByRole('button', { name: 'Evidence' }).click(),
    );
    expect(name).toBe('evidence-subject-101.domicile.json');
    expect(readFileSync(await (await page).path(), 'utf8')).toContain('Where the data was over time');
    // The same request gives the same file.
    const clocks = { validAt: '2022-06-30', knownPosition: '101' };
    const again = await the.server.get('/v1/evidence', { subject: 'ben', ...clocks });
    expect(again.body).toEqual(JSON.parse(text));
    const { data } = (await the.server.get('/v1/log')).body as { data: { verifierKeys: string[] } };

    const check = await the.page('/check');
    await check.getByLabel('Verifier keys').fill(data.verifierKeys.join('\n'));
    const choose = (file: string, content: string) =>
      check.getByLabel('Drop a bundle here').setInputFiles({
        name: file,
        mimeType: 'application/json',
        buffer: Buffer.from(content),
      });
    await choose(name, text);
    await check.getByText('The answers follow from what the ledger recorded.').waitFor();
    await picture(check, 'screens/check');
    await choose('altered.domicile.json', text.replace('"site":"singapore"', '"site":"virginia"'));
    await check.getByText('Do not rely on this file.').waitFor();
    await check.getByText('/answers/0/data').waitFor();
    expect(the.misdeeds).toEqual({ elsewhere: [], faults: [] });
  });

  it('when a witness cosigns the log, then the page Integrity and the proof of a finding and of a person say so', async () => {
    const { verifierKeys, index } = (await the.server.get('/v1/log')).body.data;
    const { body: found } = await the.server.get('/v1/findings', { validAt: '2022-06-30', limit: 1 });
    const directory = newDataDirectory();
    const witness = await startWitness(directory, 'witness.example/regulator', [
      ...verifierKeys,
      ...index.verifierKeys,
    ]);
    const policy = join(directory, 'witnesses.policy');
    writeFileSync(
      policy,
      `witness regulator ${witness.witness.vkeys()[0]} ${witness.url}\nquorum regulator\n`,
    );
    await the.server.end();
    await the.serverComesBack({ LEDGER_WITNESSES: policy });

    const page = await the.page('/integrity');
    const row = (table: string) =>
      page.getByRole('table', { name: table, exact: true }).getByRole('row').nth(1);
    await expect.poll(() => row('Witnesses').innerText()).toMatch(/^regulator\s+101\s+\d{4}-\d\d-\d\d/);
    await expect
      .poll(() => row('Witnesses of the index').innerText())
      .toMatch(/^regulator\s+1\s+\d{4}-\d\d-\d\d/);
    await page.getByText('Stretches cosigned by a quorum').waitFor();
    await page.getByText('domicile.local/ledger/index-2', { exact: true }).waitFor();
    const { finding } = found.data[0];
    for (const path of [`/finding?finding=${finding}`, '/person?subject=ben']) {
      const proven = (await the.page(`${path}&validAt=2022-06-30`)).getByRole('region', {
        name: 'Proof in the signed log',
      });
      await proven.getByText('101 events', { exact: true }).waitFor();
      await proven.getByText('witness.example/regulator', { exact: true }).waitFor();
    }
    await witness.stop();
    removeDirectory(directory);
  });

  it('when the log is changed while the server runs, then every screen says so', async () => {
    // A graceful end, which checkpoints the write-ahead log.
    await the.server.end();
    const log = new DatabaseSync(filesIn(the.directory).log);
    log.exec('DELETE FROM event WHERE position = 101');
    log.exec('UPDATE source SET count = (SELECT count(*) FROM event WHERE event.source = source.id)');
    log.close();
    await the.serverComesBack();
    const page = await the.page('/findings');
    await page.getByText('The log does not match what was signed.').waitFor();
    await page.getByRole('link', { name: 'See what differs' }).click();
    await page.getByText(/1 event is missing from position 101 on/).waitFor();
    await picture(page, 'screens/integrity-differs');
  });
});
